/**
 * Stream sessions over TCP: frames of a 32-bit length and an Avro message.
 *
 * <p>May import: endpoint, endpoint.session, protocol.stream, bus, record, model.*, Avro, Vert.x
 * and the Netty below it.
 *
 * <p>Threading: one endpoint per event loop; a connection belongs to the loop that accepted it.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.endpoint.tcp;
