package io.millrace.protocol.stream;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Writes the leaves of JSON straight into a buffer.
 *
 * <p>Threading: stateless.
 */
final class JsonText {
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final int MAX_LONG_DIGITS = 20;
  private static final byte[] SMALLEST_LONG =
      Long.toString(Long.MIN_VALUE).getBytes(StandardCharsets.US_ASCII);

  private JsonText() {}

  /** What each byte below 0x80 is written as: 0 itself, 'u' as a \\u00xx escape, else \\ and it. */
  private static final byte[] ESCAPES = escapes();

  private static byte[] escapes() {
    byte[] escapes = new byte[256];
    for (int control = 0; control < ' '; control++) {
      escapes[control] = 'u';
    }
    escapes['"'] = '"';
    escapes['\\'] = '\\';
    escapes['\b'] = 'b';
    escapes['\f'] = 'f';
    escapes['\n'] = 'n';
    escapes['\r'] = 'r';
    escapes['\t'] = 't';
    return escapes;
  }

  /** A text in quotes. A lone surrogate, which no UTF-8 can carry, becomes a question mark. */
  static void writeString(ByteBuf target, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    writeQuoted(target, utf8, 0, utf8.length);
  }

  /** Bytes that are valid UTF-8, in quotes. */
  static void writeQuoted(ByteBuf target, byte[] utf8, int from, int to) {
    target.writeByte('"');
    int runStart = from;
    for (int at = from; at < to; at++) {
      byte escape = ESCAPES[utf8[at] & 0xFF];
      if (escape != 0) {
        target.writeBytes(utf8, runStart, at - runStart);
        writeEscape(target, utf8[at], escape);
        runStart = at + 1;
      }
    }
    target.writeBytes(utf8, runStart, to - runStart);
    target.writeByte('"');
  }

  private static void writeEscape(ByteBuf target, byte plain, byte escape) {
    target.writeByte('\\').writeByte(escape);
    if (escape == 'u') {
      target.writeByte('0').writeByte('0').writeByte(HEX[plain >> 4]).writeByte(HEX[plain & 0xF]);
    }
  }

  /** Bytes in base64, in quotes. */
  static void writeBase64(ByteBuf target, byte[] bytes, int from, int to) {
    ByteBuffer encoded = Base64.getEncoder().encode(ByteBuffer.wrap(bytes, from, to - from));
    target.writeByte('"').writeBytes(encoded).writeByte('"');
  }

  /** A 64-bit number in quotes. */
  static void writeQuotedLong(ByteBuf target, long value) {
    target.writeByte('"');
    writeLong(target, value);
    target.writeByte('"');
  }

  static void writeLong(ByteBuf target, long value) {
    if (value == Long.MIN_VALUE) {
      target.writeBytes(SMALLEST_LONG);
      return;
    }
    target.ensureWritable(MAX_LONG_DIGITS);
    long rest = value;
    if (rest < 0) {
      target.writeByte('-');
      rest = -rest;
    }
    int digits = digits(rest);
    int end = target.writerIndex() + digits;
    for (int at = end - 1; at >= end - digits; at--) {
      target.setByte(at, '0' + (int) (rest % 10));
      rest /= 10;
    }
    target.writerIndex(end);
  }

  private static int digits(long value) {
    int digits = 1;
    for (long rest = value; rest >= 10; rest /= 10) {
      digits++;
    }
    return digits;
  }

  /** The text's UTF-8; empty if it has a lone surrogate. */
  static byte[] strictUtf8(String text) {
    try {
      ByteBuffer encoded =
          StandardCharsets.UTF_8
              .newEncoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .encode(CharBuffer.wrap(text));
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      return bytes;
    } catch (CharacterCodingException e) {
      return new byte[0];
    }
  }

  /** Whether the bytes are well-formed UTF-8 (RFC 3629), and so survive as a JSON string. */
  static boolean isUtf8(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to) {
      byte first = bytes[at];
      if (first >= 0) {
        at++;
        continue;
      }
      int length = sequenceLength(bytes, at, to);
      if (length == 0) {
        return false;
      }
      at += length;
    }
    return true;
  }

  /** The length of the sequence of two to four bytes at a position; 0 if it is not well-formed. */
  private static int sequenceLength(byte[] bytes, int at, int to) {
    int first = bytes[at] & 0xFF;
    int length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
    if (length == 0 || to - at < length) {
      return 0;
    }
    for (int next = 1; next < length; next++) {
      if ((bytes[at + next] & 0xC0) != 0x80) {
        return 0;
      }
    }
    int second = bytes[at + 1] & 0xFF;
    boolean overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
    boolean surrogate = first == 0xED && second >= 0xA0;
    boolean tooLarge = first == 0xF4 && second >= 0x90;
    return overlong || surrogate || tooLarge ? 0 : length;
  }
}
