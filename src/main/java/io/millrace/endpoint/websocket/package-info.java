/**
 * Stream sessions for browsers: WebSocket in binary and text, subscriptions by URL, and their twin
 * as server-sent events.
 *
 * <p>May import: endpoint, endpoint.session, protocol.stream, bus, record, model, model.config,
 * model.image, Avro (message objects), Vert.x.
 *
 * <p>Threading: one {@link io.millrace.endpoint.websocket.StreamRoutes} per event loop, everything
 * of it on that loop.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.endpoint.websocket;
