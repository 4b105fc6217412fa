package io.millrace.record;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * Record batches in memory. The bytes belong to the slice from its creation on and are never
 * changed; the collector frees them.
 *
 * <p>Threading: any thread.
 */
public final class BufferSlice implements RecordSlice {
  private final ByteBuffer bytes;
  private final long baseOffset;
  private final long nextOffset;
  private final ReferenceCount references = new ReferenceCount();

  private BufferSlice(ByteBuffer bytes, long baseOffset, long nextOffset) {
    this.bytes = bytes;
    this.baseOffset = baseOffset;
    this.nextOffset = nextOffset;
  }

  /**
   * The remaining bytes of the buffer: one or more whole, verified batches, back to back.
   *
   * @throws io.millrace.model.StreamException CORRUPT_MESSAGE if they are not whole
   */
  public static BufferSlice of(ByteBuffer batches) {
    int at = batches.position();
    int last = at;
    do {
      BatchHeader.requireWhole(batches, at);
      last = at;
      at += BatchHeader.sizeBytes(batches, at);
    } while (at < batches.limit());
    return new BufferSlice(
        batches.slice().asReadOnlyBuffer(),
        BatchHeader.baseOffset(batches, batches.position()),
        BatchHeader.nextOffset(batches, last));
  }

  @Override
  public int sizeBytes() {
    return bytes.limit();
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
    int count = (int) Math.min(maxBytes, bytes.limit() - position);
    return target.write(bytes.slice(Math.toIntExact(position), count));
  }

  @Override
  public int read(ByteBuffer target, long position) {
    references.requireHeld();
    int from = Math.toIntExact(position);
    int count = Math.min(target.remaining(), bytes.limit() - from);
    target.put(target.position(), bytes, from, count);
    target.position(target.position() + count);
    return count;
  }

  @Override
  public RecordSlice retain() {
    references.retain();
    return this;
  }

  @Override
  public void release() {
    references.release();
  }

  /** References that are still held; 0 once everybody has let go. */
  public int references() {
    return references.get();
  }
}
