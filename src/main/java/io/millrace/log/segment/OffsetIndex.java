package io.millrace.log.segment;

import io.millrace.log.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

/**
 * {@code <base>.index}: where in the segment some of its batches begin, in Kafka's layout. Each
 * entry, big-endian:
 *
 * <pre>
 *  byte  size  field
 *     0     4  base offset of a batch, relative to the segment's
 *     4     4  its position in the .log file
 * </pre>
 *
 * <p>Both columns strictly increase. The segment's first batch has no entry. What an index says is
 * believed only if the batch found there agrees.
 *
 * <p>Threading: as {@link IndexFile}.
 */
final class OffsetIndex {
  static final int ENTRY_BYTES = 8;

  private final IndexFile file;
  private final long baseOffset;

  OffsetIndex(Disk disk, Path path, long baseOffset) {
    this.file = new IndexFile(disk, path, ENTRY_BYTES);
    this.baseOffset = baseOffset;
  }

  IndexFile file() {
    return file;
  }

  void append(long offset, int position) throws IOException {
    file.nextEntry().putInt((int) (offset - baseOffset)).putInt(position);
  }

  /** The last entry whose offset is not above this one, as far as the file knows. */
  Optional<BatchPlace> floorOffset(long offset) throws IOException {
    try (IndexFile.Reader reader = file.read()) {
      int count = countUpTo(reader, 0, offset - baseOffset);
      return count == 0 ? Optional.empty() : Optional.of(entry(reader, count - 1));
    }
  }

  /** Keeps the entries of batches that begin before this position. */
  void truncateToPosition(int position) throws IOException {
    if (position == 0) {
      file.truncateTo(0); // Whatever is in it, which may be noise.
      return;
    }
    file.writePending();
    int count;
    try (IndexFile.Reader reader = file.read()) {
      count = countUpTo(reader, Integer.BYTES, position - 1L);
    }
    file.truncateTo(count);
  }

  /** Whether every entry is above the one before it and lies inside the log. */
  boolean isOrdered(int logSizeBytes) throws IOException {
    try (IndexFile.Reader reader = file.read()) {
      BatchPlace last = new BatchPlace(baseOffset, 0);
      for (int i = 0; i < reader.entries(); i++) {
        BatchPlace next = entry(reader, i);
        if (next.offset() <= last.offset()
            || next.position() <= last.position()
            || next.position() >= logSizeBytes) {
          return false;
        }
        last = next;
      }
      return true;
    }
  }

  private BatchPlace entry(IndexFile.Reader reader, int index) throws IOException {
    ByteBuffer page = reader.page(index);
    int at = reader.positionOf(index);
    return new BatchPlace(baseOffset + page.getInt(at), page.getInt(at + Integer.BYTES));
  }

  /** How many entries have at most this value in the column. */
  private static int countUpTo(IndexFile.Reader reader, int column, long value) throws IOException {
    int low = 0;
    int high = reader.entries();
    while (low < high) {
      int middle = (low + high) >>> 1;
      ByteBuffer page = reader.page(middle);
      if (page.getInt(reader.positionOf(middle) + column) <= value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
