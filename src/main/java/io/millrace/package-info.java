/**
 * Millrace, an event-streaming server: the main class, from which one jar is broker and command
 * line.
 *
 * <p>May import: {@code cli}, {@code server}.
 *
 * <p>Threading: none of its own.
 */
@org.jspecify.annotations.NullMarked
package io.millrace;
