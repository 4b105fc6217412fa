package io.millrace.bus;

import io.millrace.record.RecordSlice;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.atomic.AtomicInteger;

/** A slice without bytes, whose references a test counts. */
final class HeldSlice implements RecordSlice {
  private final int sizeBytes;
  private final AtomicInteger references = new AtomicInteger(1);

  HeldSlice(int sizeBytes) {
    this.sizeBytes = sizeBytes;
  }

  int references() {
    return references.get();
  }

  @Override
  public int sizeBytes() {
    return sizeBytes;
  }

  @Override
  public long baseOffset() {
    return 0;
  }

  @Override
  public long nextOffset() {
    return 1;
  }

  @Override
  public long transferTo(WritableByteChannel target, long position, long maxBytes) {
    throw new UnsupportedOperationException("this slice has no bytes");
  }

  @Override
  public int read(ByteBuffer target, long position) {
    throw new UnsupportedOperationException("this slice has no bytes");
  }

  @Override
  public RecordSlice retain() {
    references.incrementAndGet();
    return this;
  }

  @Override
  public void release() {
    if (references.decrementAndGet() < 0) {
      throw new IllegalStateException("released too often");
    }
  }
}
