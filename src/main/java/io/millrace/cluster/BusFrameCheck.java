package io.millrace.cluster;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Looks at what comes over a connection of the bus before Vert.x does, which believes every length:
 * it would make an array of any size, and wait for any number of bytes. Only frames as this
 * server's own nodes write them pass: the one codec, or a ping; to an address of a node; without a
 * reply address or headers; not longer than the bound.
 *
 * <p>Threading: one connection's event loop.
 */
final class BusFrameCheck {
  private enum Part {
    LENGTH(4),
    VERSION(1),
    CODEC(1),
    CODEC_LENGTH(4),
    CODEC_NAME(0),
    SEND(1),
    ADDRESS_LENGTH(4),
    ADDRESS(0),
    REPLY_LENGTH(4),
    SENDER_LENGTH(4),
    SENDER(0),
    HEADERS(4),
    BODY(0);

    private final int bytes;

    Part(int bytes) {
      this.bytes = bytes;
    }
  }

  private static final int WIRE_VERSION = 2;
  private static final int USER_CODEC = -1;
  private static final int PING_CODEC = 1;
  private static final int NO_HEADERS = 4;
  private static final int MAX_TEXT_BYTES = 512;

  private final int maxFrameBytes;
  private final ByteBuffer field = ByteBuffer.allocate(MAX_TEXT_BYTES);
  private Part part = Part.LENGTH;
  private int remaining;

  BusFrameCheck(int maxFrameBytes) {
    this.maxFrameBytes = maxFrameBytes;
    expect(Part.LENGTH, Part.LENGTH.bytes);
  }

  /**
   * Looks at the readable bytes, which stay as they are.
   *
   * @throws IllegalArgumentException if they are not of a frame that may pass
   */
  void check(ByteBuf bytes) {
    int at = bytes.readerIndex();
    int end = bytes.writerIndex();
    while (at < end) {
      if (part == Part.BODY) {
        int skipped = Math.min(remaining, end - at);
        at += skipped;
        remaining -= skipped;
        if (remaining == 0) {
          expect(Part.LENGTH, Part.LENGTH.bytes);
        }
        continue;
      }
      int taken = Math.min(field.remaining(), end - at);
      for (int i = 0; i < taken; i++) {
        field.put(bytes.getByte(at + i));
      }
      at += taken;
      if (!field.hasRemaining()) {
        field.flip();
        read();
      }
    }
  }

  private void expect(Part next, int bytes) {
    part = next;
    field.clear();
    field.limit(Math.max(bytes, 0));
    if (next != Part.LENGTH) {
      remaining -= bytes;
      require(remaining >= 0, "a field ends behind its frame");
    }
    if (next == Part.BODY && remaining == 0) {
      expect(Part.LENGTH, Part.LENGTH.bytes);
    }
  }

  private void expect(Part next) {
    expect(next, next.bytes);
  }

  private void expectText(Part next, int length, int least) {
    require(length >= least && length <= MAX_TEXT_BYTES, "a text of " + length + " bytes");
    expect(next, length);
  }

  private void read() {
    switch (part) {
      case LENGTH -> {
        remaining = field.getInt();
        require(remaining > 0 && remaining <= maxFrameBytes, "a length of " + remaining);
        expect(Part.VERSION);
      }
      case VERSION -> {
        require(field.get() == WIRE_VERSION, "an unknown version");
        expect(Part.CODEC);
      }
      case CODEC -> {
        int codec = field.get();
        require(codec == USER_CODEC || codec == PING_CODEC, "codec " + codec);
        expect(codec == USER_CODEC ? Part.CODEC_LENGTH : Part.SEND);
      }
      case CODEC_LENGTH -> expectText(Part.CODEC_NAME, field.getInt(), 1);
      case CODEC_NAME -> {
        require(text().equals("millrace"), "an unknown codec");
        expect(Part.SEND);
      }
      case SEND -> {
        require(field.get() == 0, "a broadcast");
        expect(Part.ADDRESS_LENGTH);
      }
      case ADDRESS_LENGTH -> expectText(Part.ADDRESS, field.getInt(), 1);
      case ADDRESS -> {
        String address = text();
        require(address.startsWith("node.") || address.equals("__vertx_ping"), "a foreign address");
        expect(Part.REPLY_LENGTH);
      }
      case REPLY_LENGTH -> {
        require(field.getInt() == 0, "a reply address");
        expect(Part.SENDER_LENGTH);
      }
      case SENDER_LENGTH -> expectText(Part.SENDER, field.getInt(), 1);
      case SENDER -> expect(Part.HEADERS);
      case HEADERS -> {
        require(field.getInt() == NO_HEADERS, "headers");
        expect(Part.BODY, 0);
      }
      case BODY -> throw new IllegalStateException("a body is not read");
    }
  }

  private String text() {
    return StandardCharsets.UTF_8.decode(field).toString();
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new IllegalArgumentException(what);
    }
  }
}
