package io.millrace.record;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What the head of a zstd frame claims (RFC 8878, section 3.1.1): its decoder allocates the window,
 * which a few bytes can make 128 MiB.
 */
final class ZstdFrame {
  private static final int MAGIC_LITTLE_ENDIAN = 0x28B52FFD;
  private static final int SINGLE_SEGMENT_BIT = 0x20;
  private static final int MIN_HEADER_BYTES = 6;

  /** The window that every decoder is asked to support (RFC 8878, section 3.1.1.1.2). */
  private static final long COMMON_WINDOW_BYTES = 8L << 20;

  private ZstdFrame() {}

  static void requireWithin(ByteBuffer frame, long budgetBytes) throws IOException {
    int at = frame.position();
    if (frame.remaining() < MIN_HEADER_BYTES || frame.getInt(at) != MAGIC_LITTLE_ENDIAN) {
      throw new IOException("a zstd frame begins with something else than its magic number");
    }
    if ((frame.get(at + 4) & SINGLE_SEGMENT_BIT) != 0) {
      return; // The window is the content, whose bytes are counted as they come.
    }
    int descriptor = frame.get(at + 5) & 0xff;
    long base = 1L << (10 + (descriptor >>> 3));
    long window = base + (base / 8) * (descriptor & 7);
    if (window > Math.max(budgetBytes, COMMON_WINDOW_BYTES)) {
      throw new StreamException(
          ErrorCode.MESSAGE_TOO_LARGE,
          "a zstd frame asks for a window of " + window + " bytes, the limit is " + budgetBytes);
    }
  }
}
