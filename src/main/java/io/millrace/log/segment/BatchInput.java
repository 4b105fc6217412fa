package io.millrace.log.segment;

import io.millrace.log.DiskFile;
import io.millrace.record.BatchHeader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The batches of a closed segment, one after the other and each in memory as a whole, in steps of
 * about 1 MiB. Every batch is checked as {@link BatchScanner} does: its offset follows, its epoch
 * is the known one, its CRC is that of its bytes.
 *
 * <p>Threading: one thread at a time; blocking. Close it: it holds the segment's file.
 */
public final class BatchInput implements Closeable {
  private static final int STEP_BYTES = 1 << 20;

  private final SegmentView view;
  private final DiskFile file;
  private ByteBuffer window;
  private long windowStart;
  private long position;
  private int sizeBytes;
  private long expectedOffset;
  private boolean closed;

  BatchInput(SegmentView view) throws IOException {
    this.view = view;
    this.expectedOffset = view.baseOffset();
    this.window = ByteBuffer.allocate(Math.max(1, Math.min(STEP_BYTES, view.sizeBytes())));
    this.window.limit(0);
    this.file = view.log().acquire();
  }

  /** A segment has bytes that are not what was appended. */
  public static final class DamageException extends IOException {
    private static final long serialVersionUID = 1L;

    DamageException(String message) {
      super(message);
    }
  }

  /**
   * Moves to the next batch.
   *
   * @return false at the segment's end
   * @throws DamageException if what follows is not a whole batch
   */
  public boolean next() throws IOException {
    position += sizeBytes;
    sizeBytes = 0;
    if (position >= view.sizeBytes()) {
      if (expectedOffset != view.nextOffset()) {
        throw damaged("the segment ends, the next one begins at offset " + view.nextOffset());
      }
      return false;
    }
    if (view.sizeBytes() - position < BatchHeader.SIZE_BYTES) {
      throw damaged("only " + (view.sizeBytes() - position) + " bytes of a header are there");
    }
    fill(BatchHeader.SIZE_BYTES);
    int size = checkedSize();
    fill(size);
    if (!BatchHeader.crcMatches(window, at())) {
      throw damaged("its CRC-32C does not match its bytes");
    }
    sizeBytes = size;
    expectedOffset = BatchHeader.nextOffset(window, at());
    return true;
  }

  private int checkedSize() throws DamageException {
    int at = at();
    int size = BatchHeader.sizeBytes(window, at);
    long base = BatchHeader.baseOffset(window, at);
    int epoch = BatchHeader.leaderEpoch(window, at);
    if (BatchHeader.magic(window, at) != BatchHeader.MAGIC
        || size < BatchHeader.SIZE_BYTES
        || size > view.sizeBytes() - position) {
      throw damaged("its magic or its size, " + size + ", is wrong");
    }
    if (base != expectedOffset || BatchHeader.lastOffsetDelta(window, at) < 0) {
      throw damaged("its base offset is " + base);
    }
    if (epoch != view.epochs().at(base)) {
      throw damaged("its leader epoch is " + epoch + ", expected " + view.epochs().at(base));
    }
    return size;
  }

  private DamageException damaged(String what) {
    return new DamageException(
        view.log().path().getFileName()
            + " is damaged: batch at position "
            + position
            + ", offset "
            + expectedOffset
            + ": "
            + what);
  }

  /** Makes the window hold {@code count} bytes from the position on. */
  private void fill(int count) throws IOException {
    if (position >= windowStart && position + count <= windowStart + window.limit()) {
      return;
    }
    if (count > window.capacity()) {
      window = ByteBuffer.allocate(count);
    }
    window.clear().limit((int) Math.min(window.capacity(), view.sizeBytes() - position));
    int read = file.read(window, position);
    window.flip();
    windowStart = position;
    if (read < count) {
      throw damaged("the file ends after " + (position + read) + " bytes");
    }
  }

  /** Holds the batch at {@link #at()} until the next call of {@link #next()}. */
  public ByteBuffer buffer() {
    return window;
  }

  public int at() {
    return (int) (position - windowStart);
  }

  public int sizeBytes() {
    return sizeBytes;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      view.log().release();
    }
  }
}
