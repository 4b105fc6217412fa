package io.millrace.log.segment;

import io.millrace.log.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

/**
 * {@code <base>.timeindex}: the newest timestamp so far at some offsets, in Kafka's layout. Each
 * entry, big-endian:
 *
 * <pre>
 *  byte  size  field
 *     0     8  timestamp, ms: no record at or below the offset has a later one
 *     8     4  offset, relative to the segment's base offset
 * </pre>
 *
 * <p>Timestamps strictly increase. A segment that is closed ends with its newest timestamp.
 *
 * <p>Threading: as {@link IndexFile}; {@link #append} and what it compares on the writing thread.
 */
final class TimeIndex {
  static final int ENTRY_BYTES = 12;

  private final IndexFile file;
  private final long baseOffset;
  private long lastTimestampMs = Long.MIN_VALUE;
  private boolean knowsLast;

  TimeIndex(Disk disk, Path path, long baseOffset) {
    this.file = new IndexFile(disk, path, ENTRY_BYTES);
    this.baseOffset = baseOffset;
  }

  /** No record at or below the offset is later than the timestamp. */
  record Entry(long timestampMs, long offset) {}

  IndexFile file() {
    return file;
  }

  /** Adds an entry unless the newest timestamp has one, be it of a process before. */
  void append(long timestampMs, long offset) throws IOException {
    if (!knowsLast) {
      lastTimestampMs = last().map(Entry::timestampMs).orElse(Long.MIN_VALUE);
      knowsLast = true;
    }
    if (timestampMs > lastTimestampMs) {
      file.nextEntry().putLong(timestampMs).putInt((int) (offset - baseOffset));
      lastTimestampMs = timestampMs;
    }
  }

  /** The last entry in the file: the segment's newest timestamp, if the segment is closed. */
  Optional<Entry> last() throws IOException {
    try (IndexFile.Reader reader = file.read()) {
      int count = reader.entries();
      return count == 0 ? Optional.empty() : Optional.of(entry(reader, count - 1));
    }
  }

  /** The last entry with an earlier timestamp than this. */
  Optional<Entry> lowerTimestamp(long timestampMs) throws IOException {
    try (IndexFile.Reader reader = file.read()) {
      int low = 0;
      int high = reader.entries();
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (entry(reader, middle).timestampMs < timestampMs) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low == 0 ? Optional.empty() : Optional.of(entry(reader, low - 1));
    }
  }

  /** Keeps the entries for offsets before this one. */
  void truncateToOffset(long offset) throws IOException {
    if (offset <= baseOffset) {
      file.truncateTo(0); // Whatever is in it, which may be noise.
      lastTimestampMs = Long.MIN_VALUE;
      knowsLast = true;
      return;
    }
    file.writePending();
    int count;
    long last = Long.MIN_VALUE;
    try (IndexFile.Reader reader = file.read()) {
      count = reader.entries();
      while (count > 0 && entry(reader, count - 1).offset >= offset) {
        count--;
      }
      if (count > 0) {
        last = entry(reader, count - 1).timestampMs;
      }
    }
    file.truncateTo(count);
    lastTimestampMs = last;
    knowsLast = true;
  }

  /** Whether the timestamps increase and the offsets do not decrease. */
  boolean isOrdered() throws IOException {
    try (IndexFile.Reader reader = file.read()) {
      Entry last = new Entry(Long.MIN_VALUE, baseOffset);
      for (int i = 0; i < reader.entries(); i++) {
        Entry next = entry(reader, i);
        if (next.timestampMs <= last.timestampMs || next.offset < last.offset) {
          return false;
        }
        last = next;
      }
      return true;
    }
  }

  private Entry entry(IndexFile.Reader reader, int index) throws IOException {
    ByteBuffer page = reader.page(index);
    int at = reader.positionOf(index);
    return new Entry(page.getLong(at), baseOffset + page.getInt(at + Long.BYTES));
  }
}
