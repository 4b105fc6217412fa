package io.millrace.log.segment;

import io.millrace.log.Disk;
import io.millrace.log.DiskFile;
import io.millrace.record.BatchHeader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Writes a compacted segment and its indexes beside those that it will replace. Nothing of it
 * counts before {@link SegmentSwap} has decided so.
 *
 * <p>Invariant, checked: offsets follow each other without a hole, from the base offset on.
 *
 * <p>Threading: one thread at a time; blocking. Close it.
 */
public final class SegmentWriter implements Closeable {
  private static final int BUFFER_BYTES = 1 << 20;

  private final Disk disk;
  private final Path directory;
  private final long baseOffset;
  private final int indexIntervalBytes;
  private final Path log;
  private final Path offsetsPath;
  private final Path timesPath;
  private final OffsetIndex offsets;
  private final TimeIndex times;
  private final DiskFile file;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
  private int writtenBytes;
  private int bytesSinceEntry;
  private long nextOffset;
  private long newestTimestampMs = Segment.NO_TIMESTAMP;
  private boolean closed;

  SegmentWriter(Disk disk, Path directory, long baseOffset, int indexIntervalBytes)
      throws IOException {
    this.disk = disk;
    this.directory = directory;
    this.baseOffset = baseOffset;
    this.nextOffset = baseOffset;
    this.indexIntervalBytes = indexIntervalBytes;
    this.log = SegmentFiles.cleaned(SegmentFiles.log(directory, baseOffset));
    this.offsetsPath = SegmentFiles.cleaned(SegmentFiles.offsetIndex(directory, baseOffset));
    this.timesPath = SegmentFiles.cleaned(SegmentFiles.timeIndex(directory, baseOffset));
    deleteFiles(); // Of an attempt before this one.
    this.offsets = new OffsetIndex(disk, offsetsPath, baseOffset);
    this.times = new TimeIndex(disk, timesPath, baseOffset);
    this.file = disk.open(log, true);
  }

  public long baseOffset() {
    return baseOffset;
  }

  public long nextOffset() {
    return nextOffset;
  }

  public int sizeBytes() {
    return writtenBytes + buffer.position();
  }

  /** Adds a batch, whose header is final. */
  public void append(ByteBuffer source, int at, int sizeBytes) throws IOException {
    long base = BatchHeader.baseOffset(source, at);
    if (base != nextOffset || Integer.MAX_VALUE - sizeBytes() < sizeBytes) {
      throw new IllegalStateException(
          "a batch at offset "
              + base
              + " of "
              + sizeBytes
              + " bytes where "
              + nextOffset
              + " is next");
    }
    int position = sizeBytes();
    if (buffer.remaining() < sizeBytes) {
      writeBuffer();
    }
    ByteBuffer batch = source.slice(at, sizeBytes);
    if (sizeBytes > buffer.capacity()) {
      file.write(batch, writtenBytes);
      writtenBytes += sizeBytes;
    } else {
      buffer.put(batch);
    }
    nextOffset = BatchHeader.nextOffset(source, at);
    newestTimestampMs = Math.max(newestTimestampMs, BatchHeader.maxTimestampMs(source, at));
    if (position > 0 && bytesSinceEntry > indexIntervalBytes) {
      offsets.append(base, position);
      times.append(newestTimestampMs, nextOffset - 1);
      bytesSinceEntry = 0;
    }
    bytesSinceEntry += sizeBytes;
  }

  private void writeBuffer() throws IOException {
    buffer.flip();
    int size = buffer.remaining();
    file.write(buffer, writtenBytes);
    writtenBytes += size;
    buffer.clear();
  }

  /** Writes the rest out and makes all bytes durable; names are {@link SegmentSwap}'s. */
  void finish() throws IOException {
    writeBuffer();
    times.append(newestTimestampMs, nextOffset - 1);
    file.sync();
    writeIndex(offsets.file(), offsetsPath);
    writeIndex(times.file(), timesPath);
    close();
  }

  /** Also without entries: an old index must not stay beside the new log. */
  private void writeIndex(IndexFile index, Path path) throws IOException {
    disk.open(path, true).close();
    index.writePending();
    index.sync();
  }

  Path directory() {
    return directory;
  }

  /** Gives up: nothing of it stays. */
  public void discard() throws IOException {
    close();
    deleteFiles();
  }

  private void deleteFiles() throws IOException {
    disk.delete(log);
    disk.delete(offsetsPath);
    disk.delete(timesPath);
  }

  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      file.close();
    }
  }
}
