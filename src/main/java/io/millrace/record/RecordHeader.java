package io.millrace.record;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A header of a record: a name, which may occur more than once, and bytes or null. The value's
 * remaining bytes count; whoever holds it leaves its position alone.
 */
public record RecordHeader(String key, @Nullable ByteBuffer value) {
  /** A header whose value is this text in UTF-8. */
  public static RecordHeader ofText(String key, String value) {
    return new RecordHeader(key, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)));
  }
}
