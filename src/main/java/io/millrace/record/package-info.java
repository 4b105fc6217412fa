/**
 * The record batch in Kafka's v2 layout: header flyweight, building, reading, compression, key
 * hash, ref-counted slices of a log.
 *
 * <p>May import: model, {@code org.apache.kafka.common..}.
 *
 * <p>Threading: flyweights and readers belong to one thread; slices may be released on any thread.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.record;
