/**
 * The HTTP listener: who may talk to it, REST, health, metrics and the console page; other
 * endpoints contribute routes.
 *
 * <p>May import: endpoint, endpoint.session, protocol.stream, bus, metrics, record, model,
 * model.config, model.image, Avro (message objects), Vert.x, Micrometer.
 *
 * <p>Threading: one endpoint per event loop, everything of it on that loop.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.endpoint.http;
