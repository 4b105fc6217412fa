/**
 * Value types that every layer shares: names, ids, epochs, error codes, the time and metrics ports.
 *
 * <p>May import: the JDK only.
 *
 * <p>Threading: everything here is immutable or thread-safe.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.model;
