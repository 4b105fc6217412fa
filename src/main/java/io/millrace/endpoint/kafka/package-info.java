/**
 * The Kafka protocol over TCP: one class for each API, named in {@link
 * io.millrace.endpoint.kafka.Apis}.
 *
 * <p>May import: endpoint, protocol.kafka, bus, record, model.*, kafka-clients, Vert.x and the
 * Netty below it.
 *
 * <p>Threading: one endpoint per event loop; a connection belongs to the loop that accepted it.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.endpoint.kafka;
