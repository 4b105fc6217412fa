package io.millrace.endpoint.websocket;

import io.netty.buffer.ByteBuf;

/**
 * The header of an unmasked, unfragmented frame (RFC 6455, section 5.2), which is how a server
 * sends every message:
 *
 * <pre>
 *   1 byte   0x80 (final) + opcode: 1 text, 2 binary, 10 pong
 *   1 byte   length up to 125, or 126, or 127
 *   2 bytes  length if 126        8 bytes  length if 127
 * </pre>
 */
final class FrameHeader {
  static final int TEXT = 1;
  static final int BINARY = 2;
  static final int PONG = 10;
  static final int MAX_BYTES = 10;

  private static final int FINAL = 0x80;
  private static final int MAX_SHORT_LENGTH = 125;
  private static final int MAX_MIDDLE_LENGTH = 0xFFFF;

  private FrameHeader() {}

  /**
   * Writes a header right before the buffer's readable bytes, into room that was kept there, and
   * makes it readable.
   *
   * @param lengthBytes of the whole payload, of which the buffer may hold the beginning only
   */
  static void prepend(ByteBuf frame, int opcode, long lengthBytes) {
    int sizeBytes = sizeBytes(lengthBytes);
    int at = frame.readerIndex() - sizeBytes;
    frame.setByte(at, FINAL | opcode);
    if (lengthBytes <= MAX_SHORT_LENGTH) {
      frame.setByte(at + 1, (int) lengthBytes);
    } else if (lengthBytes <= MAX_MIDDLE_LENGTH) {
      frame.setByte(at + 1, 126).setShort(at + 2, (int) lengthBytes);
    } else {
      frame.setByte(at + 1, 127).setLong(at + 2, lengthBytes);
    }
    frame.readerIndex(at);
  }

  private static int sizeBytes(long lengthBytes) {
    if (lengthBytes <= MAX_SHORT_LENGTH) {
      return 2;
    }
    return lengthBytes <= MAX_MIDDLE_LENGTH ? 4 : MAX_BYTES;
  }
}
