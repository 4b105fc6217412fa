/**
 * The stream protocol: bytes to messages and back, in Avro and in JSON, and the resume token.
 *
 * <p>May import: protocol.stream.message, record, model.*, Avro, Jackson core (to cut JSON into
 * tokens), Netty (its buffers only).
 *
 * <p>Threading: a codec belongs to one thread; everything else is immutable.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.protocol.stream;
