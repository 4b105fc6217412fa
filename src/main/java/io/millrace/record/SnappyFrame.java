package io.millrace.record;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What a snappy frame claims, read without decompressing: its codec allocates whatever size a block
 * claims. Two framings are in use by clients: bare snappy (a varint of the decompressed size, then
 * the data) and snappy-java's (16 bytes of header, then blocks of {@code int32 size, bare snappy}).
 */
final class SnappyFrame {
  private static final long MAGIC = 0x82534e4150505900L; // 0x82 S N A P P Y 0
  private static final int HEADER_BYTES = 16;

  private SnappyFrame() {}

  static void requireWithin(ByteBuffer frame, long budgetBytes) throws IOException {
    int at = frame.position();
    if (frame.remaining() < HEADER_BYTES || frame.getLong(at) != MAGIC) {
      requireBlockWithin(frame, at, frame.limit(), budgetBytes);
      return;
    }
    at += HEADER_BYTES;
    while (at < frame.limit()) {
      if (frame.limit() - at < Integer.BYTES) {
        throw new IOException("a snappy frame ends inside a block's size");
      }
      int size = frame.getInt(at);
      at += Integer.BYTES;
      if (size <= 0 || size > frame.limit() - at) {
        throw new IOException(
            "a snappy block says " + size + " bytes, " + (frame.limit() - at) + " remain");
      }
      requireBlockWithin(frame, at, at + size, budgetBytes);
      at += size;
    }
  }

  private static void requireBlockWithin(ByteBuffer frame, int from, int end, long budgetBytes)
      throws IOException {
    long size = 0;
    int at = from;
    for (int shift = 0; ; shift += 7) {
      if (at >= end || shift > 28) {
        throw new IOException("a snappy block begins with no size");
      }
      byte next = frame.get(at++);
      size |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        break;
      }
    }
    if (size > budgetBytes) {
      throw new StreamException(
          ErrorCode.MESSAGE_TOO_LARGE,
          "a snappy block claims " + size + " bytes decompressed, the limit is " + budgetBytes);
    }
  }
}
