package io.millrace.client;

import io.millrace.record.RecordHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record that was read. Key and value are views of memory that nobody changes: they may be kept,
 * and keep about 64 KiB alive then.
 *
 * @param timestampMs milliseconds since 1970 UTC, the producer's or, if the topic stamps records,
 *     the broker's
 * @param value null for a tombstone
 */
public record ConsumerRecord(
    String topic,
    int partition,
    long offset,
    long timestampMs,
    @Nullable ByteBuffer key,
    @Nullable ByteBuffer value,
    List<RecordHeader> headers) {
  /** The key as UTF-8. */
  public @Nullable String keyText() {
    return text(key);
  }

  /** The value as UTF-8. */
  public @Nullable String valueText() {
    return text(value);
  }

  private static @Nullable String text(@Nullable ByteBuffer bytes) {
    return bytes == null ? null : StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
  }
}
