package io.millrace.client;

import io.millrace.record.RecordHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record to send. Key and value are the remaining bytes of their buffers, which the producer
 * reads without moving their positions; they must not change until the record is acknowledged.
 *
 * @param topic where to
 * @param partition the partition, {@link #ANY_PARTITION} to let the partitioner choose
 * @param timestampMs milliseconds since 1970 UTC, {@link #NOW} for the time of sending
 * @param key null for none
 * @param value null for a tombstone
 * @param headers in order; names may repeat
 */
public record ProducerRecord(
    String topic,
    int partition,
    long timestampMs,
    @Nullable ByteBuffer key,
    @Nullable ByteBuffer value,
    List<RecordHeader> headers) {
  public static final int ANY_PARTITION = -1;
  public static final long NOW = -1;

  public ProducerRecord {
    headers = headers.isEmpty() ? List.of() : List.copyOf(headers);
  }

  public ProducerRecord(String topic, @Nullable ByteBuffer key, @Nullable ByteBuffer value) {
    this(topic, ANY_PARTITION, NOW, key, value, List.of());
  }

  public ProducerRecord(String topic, byte @Nullable [] key, byte @Nullable [] value) {
    this(topic, wrap(key), wrap(value));
  }

  /** Key and value as UTF-8. */
  public static ProducerRecord ofText(String topic, @Nullable String key, @Nullable String value) {
    return new ProducerRecord(topic, utf8(key), utf8(value));
  }

  public ProducerRecord withPartition(int chosen) {
    return new ProducerRecord(topic, chosen, timestampMs, key, value, headers);
  }

  public ProducerRecord withTimestampMs(long time) {
    return new ProducerRecord(topic, partition, time, key, value, headers);
  }

  public ProducerRecord withHeaders(List<RecordHeader> more) {
    return new ProducerRecord(topic, partition, timestampMs, key, value, more);
  }

  private static @Nullable ByteBuffer wrap(byte @Nullable [] bytes) {
    return bytes == null ? null : ByteBuffer.wrap(bytes);
  }

  private static byte @Nullable [] utf8(@Nullable String text) {
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }
}
