/**
 * A stream session, whatever carries it: the handshake, requests and their answers, streams of
 * records with credit, reading shared by subscribers, batching of plain records.
 *
 * <p>May import: endpoint, protocol.stream, bus, record, model.*, Avro (message objects), Vert.x
 * core (futures) with Netty's buffers.
 *
 * <p>Threading: everything belongs to one event loop; a {@link
 * io.millrace.endpoint.session.SessionLoop} and all its sessions are used on it only.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.endpoint.session;
