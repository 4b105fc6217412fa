/**
 * Which segments of a log are deleted, and what time it is for that decision.
 *
 * <p>May import: log, record, model, model.config.
 *
 * <p>Threading: {@link io.millrace.log.retention.RetentionClock} is safe from any thread; the rest
 * are values and pure functions.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.log.retention;
