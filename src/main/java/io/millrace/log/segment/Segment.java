package io.millrace.log.segment;

import io.millrace.log.Disk;
import io.millrace.log.DiskFile;
import io.millrace.log.DiskFullException;
import io.millrace.record.BatchHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One segment: a {@code .log} file and its two indexes. Invariants: {@code 0 <= ownedFrom <=
 * sizeBytes}; {@code baseOffset <= nextOffset}; equal only while {@code sizeBytes == 0}.
 *
 * <p>Threading: the log's owner thread, except for the files and indexes, which readers use.
 */
final class Segment {
  /** The newest timestamp is in the time index and was not read yet. */
  static final long UNKNOWN_TIMESTAMP = Long.MIN_VALUE;

  static final long NO_TIMESTAMP = -1;

  private final Disk disk;
  private final long baseOffset;
  private final long windowBase;
  private final SegmentFile log;
  private final OffsetIndex offsets;
  private final TimeIndex times;
  private @Nullable DiskFile writer;
  private int sizeBytes;
  private int ownedFrom;
  private long nextOffset;
  private long firstTimestampMs = UNKNOWN_TIMESTAMP;
  private long newestTimestampMs;
  private int bytesSinceEntry;

  /**
   * @param windowBase where its first byte lies in the {@link HotWindow}'s count of bytes
   * @param sizeBytes of the {@code .log} file as it was found
   * @param nextOffset one more than the last offset in it
   */
  Segment(
      Disk disk, Path directory, long baseOffset, long windowBase, int sizeBytes, long nextOffset) {
    this.disk = disk;
    this.baseOffset = baseOffset;
    this.windowBase = windowBase;
    this.log = new SegmentFile(disk, SegmentFiles.log(directory, baseOffset));
    this.offsets =
        new OffsetIndex(disk, SegmentFiles.offsetIndex(directory, baseOffset), baseOffset);
    this.times = new TimeIndex(disk, SegmentFiles.timeIndex(directory, baseOffset), baseOffset);
    this.sizeBytes = sizeBytes;
    this.ownedFrom = sizeBytes;
    this.nextOffset = nextOffset;
    this.newestTimestampMs = sizeBytes == 0 ? NO_TIMESTAMP : UNKNOWN_TIMESTAMP;
  }

  long baseOffset() {
    return baseOffset;
  }

  /** One more than the last offset; the base offset while it is empty. */
  long nextOffset() {
    return nextOffset;
  }

  int sizeBytes() {
    return sizeBytes;
  }

  /** Bytes from here on were appended, and so checked, by this process. */
  int ownedFrom() {
    return ownedFrom;
  }

  long windowBase() {
    return windowBase;
  }

  SegmentFile log() {
    return log;
  }

  OffsetIndex offsets() {
    return offsets;
  }

  TimeIndex times() {
    return times;
  }

  /** Whether the offset's distance from the base no longer fits an index entry. */
  boolean isOutOfReach(long lastOffset) {
    return lastOffset - baseOffset > Integer.MAX_VALUE;
  }

  /** The file for writing, made and opened if it was not. */
  DiskFile writer() throws IOException {
    DiskFile open = writer;
    if (open == null) {
      open = disk.open(log.path(), true);
      log.acquire(); // Who follows the log reads what was just written: not an open file each time.
      writer = open;
    }
    return open;
  }

  /** The file for writing if it is open, which it is since the last append to this segment. */
  Optional<DiskFile> openWriter() {
    return Optional.ofNullable(writer);
  }

  /** Cuts off whatever lies behind the end. */
  void cutTail() throws IOException {
    if (writer().size() > sizeBytes) {
      writer().truncate(sizeBytes);
    }
  }

  /** Takes its end from what else is known, without a look at its batches. */
  void endsAt(int size, long next) {
    sizeBytes = size;
    nextOffset = next;
  }

  /** Closes the file for writing; it opens again when it is needed. */
  void closeWriter() throws IOException {
    DiskFile open = writer;
    writer = null;
    if (open != null) {
      log.release();
      open.close();
    }
  }

  /**
   * Writes one batch, whose header is final, at the end. If it throws, the segment is as before
   * except that bytes may lie behind its end.
   */
  void append(ByteBuffer batch, int indexIntervalBytes) throws IOException {
    int at = batch.position();
    int size = batch.remaining();
    long baseOfBatch = BatchHeader.baseOffset(batch, at);
    long lastOffset = BatchHeader.lastOffset(batch, at);
    if (baseOfBatch != nextOffset || lastOffset < baseOfBatch) {
      throw new IllegalStateException(
          "a batch of offsets "
              + baseOfBatch
              + " to "
              + lastOffset
              + " where "
              + nextOffset
              + " is next");
    }
    newestTimestampMs();
    try {
      writer().write(batch, sizeBytes);
    } finally {
      batch.position(at);
    }
    int positionOfBatch = sizeBytes;
    if (positionOfBatch == 0) {
      firstTimestampMs = BatchHeader.maxTimestampMs(batch, at);
    }
    sizeBytes += size;
    nextOffset = lastOffset + 1;
    newestTimestampMs = Math.max(newestTimestampMs, BatchHeader.maxTimestampMs(batch, at));
    index(baseOfBatch, positionOfBatch, size, indexIntervalBytes);
  }

  /** Takes note of a batch that is in the file already. */
  void recovered(ByteBuffer header, int size, int indexIntervalBytes) {
    int positionOfBatch = sizeBytes;
    sizeBytes += size;
    ownedFrom = sizeBytes;
    nextOffset = BatchHeader.nextOffset(header, 0);
    newestTimestampMs = Math.max(newestTimestampMs, BatchHeader.maxTimestampMs(header, 0));
    index(BatchHeader.baseOffset(header, 0), positionOfBatch, size, indexIntervalBytes);
  }

  private void index(long baseOfBatch, int positionOfBatch, int size, int intervalBytes) {
    if (positionOfBatch > 0 && bytesSinceEntry > intervalBytes) {
      try {
        offsets.append(baseOfBatch, positionOfBatch);
        times.append(newestTimestampMs, nextOffset - 1);
        bytesSinceEntry = 0;
      } catch (DiskFullException e) {
        SegmentLog.LOG.debug("{}: no space for an index entry", log.path());
      } catch (IOException e) {
        // The batch is written; an index with fewer entries costs a reader time, not data.
        SegmentLog.LOG.warn("{}: index not written: {}", log.path(), e.getMessage());
      }
    }
    bytesSinceEntry += size;
  }

  /**
   * The newest timestamp of the first batch; {@link #NO_TIMESTAMP} for an empty segment. Blocks for
   * one small read if this process did not write it, once.
   */
  long firstTimestampMs() throws IOException {
    if (sizeBytes == 0) {
      return NO_TIMESTAMP;
    }
    if (firstTimestampMs == UNKNOWN_TIMESTAMP) {
      ByteBuffer header = ByteBuffer.allocate(BatchHeader.SIZE_BYTES);
      DiskFile file = log.acquire();
      try {
        file.read(header, 0);
      } finally {
        log.release();
      }
      firstTimestampMs = BatchHeader.maxTimestampMs(header, 0);
    }
    return firstTimestampMs;
  }

  /** The newest timestamp so far, or {@link #UNKNOWN_TIMESTAMP}. */
  long newestTimestampIfKnownMs() {
    return newestTimestampMs;
  }

  /**
   * The newest timestamp, read from the time index if need be; {@link #NO_TIMESTAMP} for an empty
   * segment. Blocks for some small reads, once.
   */
  long newestTimestampMs() throws IOException {
    if (newestTimestampMs == UNKNOWN_TIMESTAMP) {
      newestTimestampMs = SegmentTimes.newest(this);
    }
    return newestTimestampMs;
  }

  /** Writes the indexes out, the time index with its last entry: no batch comes after it. */
  void seal() throws IOException {
    if (sizeBytes > 0) {
      times.append(newestTimestampMs(), nextOffset - 1);
    }
    offsets.file().writePending();
    times.file().writePending();
    offsets.file().freeMemory();
    times.file().freeMemory();
  }

  /** Whether it was appended to or indexed since it was last sealed and closed. */
  boolean isUnsealed() {
    return writer != null || offsets.file().hasPending() || times.file().hasPending();
  }

  /** Makes the indexes of a sealed segment durable. Any thread; blocking. */
  void syncIndexes() throws IOException {
    offsets.file().sync();
    times.file().sync();
  }

  /** Starts over from a place where a batch begins: what comes behind is recovered or cut. */
  void rewindTo(int position, long offset) throws IOException {
    sizeBytes = position;
    ownedFrom = Math.min(ownedFrom, position);
    nextOffset = offset;
    bytesSinceEntry = 0;
    offsets.truncateToPosition(position);
    times.truncateToOffset(offset);
    newestTimestampMs = position == 0 ? NO_TIMESTAMP : SegmentTimes.newest(this);
    if (position == 0) {
      firstTimestampMs = UNKNOWN_TIMESTAMP;
    }
  }

  @Override
  public String toString() {
    return log.path() + " [" + baseOffset + ", " + nextOffset + "), " + sizeBytes + " bytes";
  }
}
