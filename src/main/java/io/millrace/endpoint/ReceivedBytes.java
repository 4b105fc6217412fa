package io.millrace.endpoint;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;

/**
 * What came over a connection and was not taken yet, in the buffers in which it came: nothing is
 * moved together.
 *
 * <p>Threading: its channel's event loop.
 */
final class ReceivedBytes {
  private final ArrayDeque<ByteBuf> buffers = new ArrayDeque<>(2);

  /** Takes the buffer over. */
  void add(ByteBuf buffer) {
    if (buffer.isReadable()) {
      buffers.add(buffer);
    } else {
      buffer.release();
    }
  }

  boolean isEmpty() {
    return buffers.isEmpty();
  }

  /** The next byte, 0 to 255; there must be one. */
  int readByte() {
    int next = buffers.element().readUnsignedByte();
    dropWhatIsRead();
    return next;
  }

  /** Whether so many bytes lie next to each other, so that they need not be copied. */
  boolean hasInOne(int sizeBytes) {
    return !buffers.isEmpty() && buffers.element().readableBytes() >= sizeBytes;
  }

  /** A view of the next bytes, where {@link #hasInOne} says that it can be had. */
  ByteBuf readView(int sizeBytes) {
    ByteBuf view = buffers.element().readRetainedSlice(sizeBytes);
    dropWhatIsRead();
    return view;
  }

  /** Copies as much as there is, and room for. */
  void moveTo(ByteBuf target) {
    while (target.isWritable() && !buffers.isEmpty()) {
      ByteBuf from = buffers.element();
      target.writeBytes(from, Math.min(from.readableBytes(), target.writableBytes()));
      dropWhatIsRead();
    }
  }

  private void dropWhatIsRead() {
    if (!buffers.element().isReadable()) {
      buffers.remove().release();
    }
  }

  void release() {
    buffers.forEach(ByteBuf::release);
    buffers.clear();
  }
}
