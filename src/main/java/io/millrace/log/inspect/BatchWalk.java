package io.millrace.log.inspect;

import io.millrace.log.Disk;
import io.millrace.log.DiskFile;
import io.millrace.model.StreamException;
import io.millrace.record.BatchHeader;
import io.millrace.record.RecordReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Walks a {@code .log} file batch by batch, checks each, and remembers where they are, so that the
 * indexes can be held against them.
 */
final class BatchWalk {
  private static final String[] COMPRESSIONS = {"none", "gzip", "snappy", "lz4", "zstd"};
  private static final long MAX_DECOMPRESSED_BYTES = 1L << 30;

  private final Path file;
  private final Consumer<Entry> sink;
  private final boolean withRecords;
  private long[] baseOffsets = new long[64];
  private int[] positions = new int[64];
  private long[] newestTimestamps = new long[64];
  private int count;
  private long nextOffset;
  private boolean damaged;

  private BatchWalk(Path file, long baseOffset, boolean withRecords, Consumer<Entry> sink) {
    this.file = file;
    this.nextOffset = baseOffset;
    this.withRecords = withRecords;
    this.sink = sink;
  }

  /**
   * Walks the whole file, or up to the first damage.
   *
   * @param baseOffset where its name says that it begins
   */
  static BatchWalk walk(
      Disk disk, Path file, long baseOffset, boolean withRecords, Consumer<Entry> sink)
      throws IOException {
    BatchWalk walk = new BatchWalk(file, baseOffset, withRecords, sink);
    try (DiskFile open = disk.open(file, false)) {
      long size = open.size();
      sink.accept(new Entry.FileBegins(file, size));
      long position = 0;
      while (position < size && !walk.damaged) {
        position += walk.next(open, position, size);
      }
    }
    return walk;
  }

  private int next(DiskFile open, long position, long size) throws IOException {
    long rest = size - position;
    if (rest < BatchHeader.SIZE_BYTES) {
      return damage(position, "only " + rest + " bytes of a batch's header are there");
    }
    ByteBuffer header = ByteBuffer.allocate(BatchHeader.SIZE_BYTES);
    open.read(header, position);
    int batchBytes = BatchHeader.sizeBytes(header, 0);
    if (BatchHeader.magic(header, 0) != BatchHeader.MAGIC) {
      return damage(position, "magic is " + BatchHeader.magic(header, 0) + ", expected 2");
    }
    if (batchBytes < BatchHeader.SIZE_BYTES || batchBytes > rest) {
      return damage(position, "a batch of " + batchBytes + " bytes, " + rest + " bytes are left");
    }
    if (BatchHeader.baseOffset(header, 0) != nextOffset) {
      return damage(
          position,
          "base offset is " + BatchHeader.baseOffset(header, 0) + ", expected " + nextOffset);
    }
    ByteBuffer batch = ByteBuffer.allocate(batchBytes);
    open.read(batch, position);
    if (!BatchHeader.crcMatches(batch, 0)) {
      return damage(position, "the CRC-32C does not match the bytes");
    }
    take(batch, (int) position);
    return batchBytes;
  }

  private int damage(long position, String what) {
    damaged = true;
    sink.accept(new Entry.Damage(file, position, what));
    return 0;
  }

  private void take(ByteBuffer batch, int position) {
    sink.accept(describe(batch, position));
    if (count == positions.length) {
      baseOffsets = Arrays.copyOf(baseOffsets, count * 2);
      positions = Arrays.copyOf(positions, count * 2);
      newestTimestamps = Arrays.copyOf(newestTimestamps, count * 2);
    }
    long newest = BatchHeader.maxTimestampMs(batch, 0);
    baseOffsets[count] = nextOffset;
    positions[count] = position;
    newestTimestamps[count] = count == 0 ? newest : Math.max(newest, newestTimestamps[count - 1]);
    count++;
    nextOffset = BatchHeader.nextOffset(batch, 0);
    if (withRecords) {
      records(batch, position);
    }
  }

  private static Entry.Batch describe(ByteBuffer batch, int position) {
    int compression = BatchHeader.compressionId(batch, 0);
    return new Entry.Batch(
        position,
        BatchHeader.sizeBytes(batch, 0),
        BatchHeader.baseOffset(batch, 0),
        BatchHeader.lastOffset(batch, 0),
        BatchHeader.recordCount(batch, 0),
        BatchHeader.leaderEpoch(batch, 0),
        BatchHeader.baseTimestampMs(batch, 0),
        BatchHeader.maxTimestampMs(batch, 0),
        BatchHeader.isLogAppendTime(batch, 0),
        BatchHeader.producerId(batch, 0),
        BatchHeader.producerEpoch(batch, 0),
        BatchHeader.baseSequence(batch, 0),
        compression < COMPRESSIONS.length ? COMPRESSIONS[compression] : "unknown " + compression,
        Integer.toUnsignedLong(BatchHeader.crc(batch, 0)));
  }

  private void records(ByteBuffer batch, int position) {
    try (RecordReader reader = RecordReader.of(batch, 0, MAX_DECOMPRESSED_BYTES)) {
      while (reader.advance()) {
        sink.accept(
            new Entry.StoredRecord(
                reader.offset(),
                reader.timestampMs(),
                reader.keySizeBytes(),
                reader.valueSizeBytes(),
                reader.headers().size()));
      }
    } catch (StreamException e) {
      sink.accept(
          new Entry.Damage(file, position, "its records cannot be read: " + e.getMessage()));
    }
  }

  boolean isDamaged() {
    return damaged;
  }

  /** One more than the last offset of the last whole batch. */
  long nextOffset() {
    return nextOffset;
  }

  /** Whether a batch with this base offset begins at this position. */
  boolean hasBatch(long offset, int position) {
    int index = Arrays.binarySearch(positions, 0, count, position);
    return index >= 0 && baseOffsets[index] == offset;
  }

  /** The newest timestamp of all batches up to the one that contains the offset, -1 if none. */
  long newestTimestampUpTo(long offset) {
    int index = Arrays.binarySearch(baseOffsets, 0, count, offset);
    int floor = index >= 0 ? index : -index - 2;
    return floor < 0 ? -1 : newestTimestamps[floor];
  }
}
