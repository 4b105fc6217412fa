package io.millrace.endpoint.session;

import io.millrace.record.RecordSlice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.atomic.AtomicInteger;

/** A slice that counts how many references to slices are held. */
final class CountedSlice implements RecordSlice {
  private final RecordSlice slice;
  private final AtomicInteger held;

  CountedSlice(RecordSlice slice, AtomicInteger held) {
    this.slice = slice;
    this.held = held;
    held.incrementAndGet();
  }

  @Override
  public int sizeBytes() {
    return slice.sizeBytes();
  }

  @Override
  public long baseOffset() {
    return slice.baseOffset();
  }

  @Override
  public long nextOffset() {
    return slice.nextOffset();
  }

  @Override
  public long transferTo(WritableByteChannel target, long position, long maxBytes)
      throws IOException {
    return slice.transferTo(target, position, maxBytes);
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    return slice.read(target, position);
  }

  @Override
  public RecordSlice retain() {
    slice.retain();
    held.incrementAndGet();
    return this;
  }

  @Override
  public void release() {
    slice.release();
    held.decrementAndGet();
  }
}
