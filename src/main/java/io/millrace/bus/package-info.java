/**
 * The event bus as the rest sees it: typed addresses, one codec, typed senders with admission and
 * deadlines, owned buffers.
 *
 * <p>May import: model, model.config, model.image, avro, record, bus.message, Avro, Vert.x.
 *
 * <p>Threading: a client belongs to the event loop that made it and calls back on it.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.bus;
