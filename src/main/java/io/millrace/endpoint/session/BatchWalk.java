package io.millrace.endpoint.session;

import io.millrace.record.BatchHeader;
import io.millrace.record.RecordSlice;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Finds the borders of a slice's batches by reading their headers only; several small batches come
 * with one read.
 *
 * <p>Threading: one thread.
 */
final class BatchWalk {
  private static final int WINDOW_BYTES = 1_024;

  private final RecordSlice slice;
  private final ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES);
  private long windowStart;
  private int position;
  private int sizeBytes;
  private long nextOffset;

  BatchWalk(RecordSlice slice) {
    this.slice = slice;
    this.window.limit(0);
  }

  /** Moves to the next batch; false behind the last one. */
  boolean advance() throws IOException {
    position += sizeBytes;
    sizeBytes = 0;
    if (position >= slice.sizeBytes()) {
      return false;
    }
    int at = (int) (position - windowStart);
    if (at + BatchHeader.SIZE_BYTES > window.limit()) {
      window.clear();
      slice.read(window, position);
      window.flip();
      windowStart = position;
      at = 0;
    }
    sizeBytes = window.limit() < BatchHeader.SIZE_BYTES ? 0 : BatchHeader.sizeBytes(window, at);
    if (sizeBytes < BatchHeader.SIZE_BYTES || sizeBytes > slice.sizeBytes() - position) {
      throw new IOException("a batch at " + position + " of a slice has " + sizeBytes + " bytes");
    }
    nextOffset = BatchHeader.nextOffset(window, at);
    return true;
  }

  /** Where the batch begins in the slice. */
  int position() {
    return position;
  }

  int sizeBytes() {
    return sizeBytes;
  }

  /** One more than the batch's last offset. */
  long nextOffset() {
    return nextOffset;
  }
}
