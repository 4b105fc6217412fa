package io.millrace.model;

import java.nio.ByteBuffer;
import java.util.Base64;

/**
 * A topic's unique id: 128 bits, never used twice, so that a topic created again under a name is
 * another one (KIP-516).
 */
public record TopicId(long mostSignificantBits, long leastSignificantBits) {
  private static final int SIZE_BYTES = 16;

  /** 22 characters of URL-safe base64, as Kafka's tools print it. */
  @Override
  public String toString() {
    byte[] bytes =
        ByteBuffer.allocate(SIZE_BYTES)
            .putLong(mostSignificantBits)
            .putLong(leastSignificantBits)
            .array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /**
   * @throws StreamException INVALID_REQUEST if the text is not 22 characters of URL-safe base64
   */
  public static TopicId parse(String text) {
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw malformed(text, e);
    }
    if (bytes.length != SIZE_BYTES) {
      throw malformed(text, null);
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new TopicId(buffer.getLong(), buffer.getLong());
  }

  private static StreamException malformed(
      String text, @org.jspecify.annotations.Nullable Throwable cause) {
    String message = "topic id '" + text + "' is not 22 characters of URL-safe base64";
    return cause == null
        ? new StreamException(ErrorCode.INVALID_REQUEST, message)
        : new StreamException(ErrorCode.INVALID_REQUEST, message, cause);
  }
}
