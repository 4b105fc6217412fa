/**
 * The Java client of the stream protocol: producer, consumer, topic administration, and blocking
 * facades of them for code that is not reactive.
 *
 * <p>May import: model, model.config, record, protocol.stream and its messages, Vert.x core, Avro
 * (as the type of a message).
 *
 * <p>Threading: each client has one event loop on which its connection lives and its callbacks run;
 * what is called from other threads says so. Everything behind the public classes is plain code
 * that is driven through the ports {@code Loop} and {@code Wire}.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.client;
