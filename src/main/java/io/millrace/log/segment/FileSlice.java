package io.millrace.log.segment;

import io.millrace.log.DiskFile;
import io.millrace.record.RecordSlice;
import io.millrace.record.ReferenceCount;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * Batches where they lie in a segment's file. The file is held open until the last release.
 *
 * <p>Threading: any thread.
 */
final class FileSlice implements RecordSlice {
  private final SegmentFile segment;
  private final DiskFile file;
  private final long start;
  private final int sizeBytes;
  private final long baseOffset;
  private final long nextOffset;
  private final ReferenceCount references = new ReferenceCount();

  /** Takes over one hold of the segment's file. */
  FileSlice(
      SegmentFile segment,
      DiskFile file,
      long start,
      int sizeBytes,
      long baseOffset,
      long nextOffset) {
    if (sizeBytes <= 0 || baseOffset >= nextOffset) {
      throw new IllegalArgumentException(
          "a slice of " + sizeBytes + " bytes, offsets " + baseOffset + " to " + nextOffset);
    }
    this.segment = segment;
    this.file = file;
    this.start = start;
    this.sizeBytes = sizeBytes;
    this.baseOffset = baseOffset;
    this.nextOffset = nextOffset;
  }

  @Override
  public int sizeBytes() {
    return sizeBytes;
  }

  @Override
  public long baseOffset() {
    return baseOffset;
  }

  @Override
  public long nextOffset() {
    return nextOffset;
  }

  @Override
  public long transferTo(WritableByteChannel target, long position, long maxBytes)
      throws IOException {
    references.requireHeld();
    return file.transferTo(start + position, Math.min(maxBytes, sizeBytes - position), target);
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    references.requireHeld();
    int count = (int) Math.min(target.remaining(), sizeBytes - position);
    int limit = target.limit();
    target.limit(target.position() + count);
    try {
      return file.read(target, start + position);
    } finally {
      target.limit(limit);
    }
  }

  @Override
  public @Nullable FileChannel file() {
    references.requireHeld();
    return file.channel();
  }

  @Override
  public long filePosition() {
    return start;
  }

  @Override
  public RecordSlice retain() {
    references.retain();
    return this;
  }

  @Override
  public void release() {
    if (references.release()) {
      segment.release();
    }
  }
}
