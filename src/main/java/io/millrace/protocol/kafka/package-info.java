/**
 * The Kafka protocol: frames to requests, answers to frames. The messages are those of
 * kafka-clients.
 *
 * <p>May import: record, model.*, {@code org.apache.kafka.common}, Netty's buffers.
 *
 * <p>Threading: no class keeps anything between calls, so any one thread at a time.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.protocol.kafka;
