/** Millrace, an event-streaming server. */
@org.jspecify.annotations.NullMarked
package io.millrace;
