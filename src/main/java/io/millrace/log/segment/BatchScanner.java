package io.millrace.log.segment;

import io.millrace.log.DiskFile;
import io.millrace.record.BatchHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Walks the batches in a part of a segment's file, in steps of at most 1 MiB. It believes a batch
 * only if its base offset is the one that follows the batch before it (the first one's is given),
 * its leader epoch the one that the epoch table has for it, and, if asked, its CRC the one of its
 * bytes: so that no bit of a batch can be wrong unnoticed. Base offset and epoch are outside the
 * CRC.
 *
 * <p>Threading: one thread. Blocking.
 */
final class BatchScanner {
  static final int MAX_STEP_BYTES = 1 << 20;

  private static final int CRC_STEP_BYTES = 256 * 1024;
  private static final int HEADER_STEP_BYTES = 4 * 1024;

  /** What {@link #next()} found. */
  enum Step {
    BATCH,
    END,
    DAMAGE
  }

  private final DiskFile file;
  private final long end;
  private final boolean checkCrc;
  private final ByteBuffer header = ByteBuffer.allocate(BatchHeader.SIZE_BYTES);
  private final ByteBuffer window;
  private final CRC32C crc = new CRC32C();
  private EpochTable epochs = EpochTable.EMPTY;
  private boolean checkEpochs;
  private long windowStart;
  private long position;
  private int sizeBytes;
  private long expectedOffset;
  private String damage = "";
  private boolean incomplete;

  private BatchScanner(DiskFile file, long from, long end, long expectedOffset, boolean checkCrc) {
    this.file = file;
    this.position = from;
    this.end = end;
    this.expectedOffset = expectedOffset;
    this.checkCrc = checkCrc;
    int step = checkCrc ? CRC_STEP_BYTES : HEADER_STEP_BYTES;
    this.window =
        ByteBuffer.allocate((int) Math.max(BatchHeader.SIZE_BYTES, Math.min(step, end - from)));
    this.window.limit(0);
  }

  /** Checks the CRC of every batch. */
  static BatchScanner checking(DiskFile file, long from, long end, long expectedOffset) {
    return new BatchScanner(file, from, end, expectedOffset, true);
  }

  /** Reads headers only; what it finds is a hint until somebody checks the CRC. */
  static BatchScanner skimming(DiskFile file, long from, long end, long expectedOffset) {
    return new BatchScanner(file, from, end, expectedOffset, false);
  }

  /** Holds the batches' epochs against this table as well. */
  BatchScanner against(EpochTable table) {
    epochs = table;
    checkEpochs = true;
    return this;
  }

  /** Moves to the next batch. After END or DAMAGE the position is where it stopped. */
  Step next() throws IOException {
    position += sizeBytes;
    sizeBytes = 0;
    if (position >= end) {
      return Step.END;
    }
    if (end - position < BatchHeader.SIZE_BYTES) {
      incomplete = true;
      return damaged("only " + (end - position) + " bytes of a header are there");
    }
    fill(position, BatchHeader.SIZE_BYTES);
    header.clear();
    header.put(0, window, (int) (position - windowStart), BatchHeader.SIZE_BYTES);
    String wrong = wrongInHeader();
    if (!wrong.isEmpty()) {
      return damaged(wrong);
    }
    int size = BatchHeader.sizeBytes(header, 0);
    if (checkCrc && !crcMatches(size)) {
      return damaged("its CRC-32C does not match its bytes");
    }
    sizeBytes = size;
    expectedOffset = BatchHeader.nextOffset(header, 0);
    return Step.BATCH;
  }

  private String wrongInHeader() {
    int size = BatchHeader.sizeBytes(header, 0);
    long base = BatchHeader.baseOffset(header, 0);
    if (BatchHeader.magic(header, 0) != BatchHeader.MAGIC) {
      return "its magic is " + BatchHeader.magic(header, 0) + ", expected " + BatchHeader.MAGIC;
    }
    if (size < BatchHeader.SIZE_BYTES || size > end - position) {
      incomplete = size > end - position;
      return "its size is " + size + ", expected 61 to " + (end - position);
    }
    if (base != expectedOffset) {
      return "its base offset is " + base + ", expected " + expectedOffset;
    }
    if (BatchHeader.lastOffsetDelta(header, 0) < 0) {
      return "its last offset delta is " + BatchHeader.lastOffsetDelta(header, 0);
    }
    int epoch = BatchHeader.leaderEpoch(header, 0);
    if (checkEpochs && epoch != epochs.at(base)) {
      return "its leader epoch is " + epoch + ", expected " + epochs.at(base);
    }
    return "";
  }

  private Step damaged(String what) {
    damage = "batch at position " + position + ", offset " + expectedOffset + ": " + what;
    return Step.DAMAGE;
  }

  private boolean crcMatches(int size) throws IOException {
    crc.reset();
    long at = position + BatchHeader.LENGTH_PREFIX_BYTES + 9; // The attributes: byte 21.
    long batchEnd = position + size;
    while (at < batchEnd) {
      fill(at, 1);
      int from = (int) (at - windowStart);
      int count = (int) Math.min(window.limit() - from, batchEnd - at);
      crc.update(window.array(), window.arrayOffset() + from, count);
      at += count;
    }
    return (int) crc.getValue() == BatchHeader.crc(header, 0);
  }

  /** Makes the window hold {@code count} bytes from {@code from} on. */
  private void fill(long from, int count) throws IOException {
    if (from >= windowStart && from + count <= windowStart + window.limit()) {
      return;
    }
    window.clear().limit((int) Math.min(window.capacity(), end - from));
    int read = file.read(window, from);
    window.flip();
    windowStart = from;
    if (read < count) {
      throw new IOException("the file ends at " + (from + read) + ", expected " + end + " bytes");
    }
  }

  /** The header of the batch that {@link #next()} found, at position 0. */
  ByteBuffer header() {
    return header;
  }

  /** Where that batch begins, or where the walk stopped. */
  long position() {
    return position;
  }

  int sizeBytes() {
    return sizeBytes;
  }

  /** Where the next batch begins. */
  long endPosition() {
    return position + sizeBytes;
  }

  /** The offset that the next batch must have. */
  long expectedOffset() {
    return expectedOffset;
  }

  /** Whether, after DAMAGE, the bytes end before the batch does: so does a write that was cut. */
  boolean isIncomplete() {
    return incomplete;
  }

  /** What was wrong, after DAMAGE. */
  String damage() {
    return damage;
  }
}
