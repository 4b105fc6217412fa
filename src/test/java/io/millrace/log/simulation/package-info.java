/**
 * A disk that forgets or reorders whatever was not fsynced, and the crash-point proof of the log on
 * it.
 *
 * <p>May import: log and its sub-packages, model, record.
 *
 * <p>Threading: the simulated disk may be used from any thread; runs are deterministic on one.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.log.simulation;
