package io.millrace.log.inspect;

import io.millrace.model.PartitionId;
import java.nio.file.Path;

/** One thing that an inspection came across, in the order of the files. */
public sealed interface Entry {
  /** A file begins; the entries until the next one are of it. */
  record FileBegins(Path file, long sizeBytes) implements Entry {}

  /**
   * A whole batch.
   *
   * @param position in bytes from the beginning of the file
   * @param producerId -1 without an idempotent producer
   * @param compression as the tools call it: none, gzip, snappy, lz4, zstd
   * @param crc the CRC-32C of everything behind it, which is all but base offset, size and epoch
   */
  record Batch(
      int position,
      int sizeBytes,
      long baseOffset,
      long lastOffset,
      int records,
      int leaderEpoch,
      long baseTimestampMs,
      long maxTimestampMs,
      boolean logAppendTime,
      long producerId,
      short producerEpoch,
      int baseSequence,
      String compression,
      long crc)
      implements Entry {}

  /** A record of the batch before it; sizes are -1 for null. */
  record StoredRecord(
      long offset, long timestampMs, int keySizeBytes, int valueSizeBytes, int headers)
      implements Entry {}

  /** An entry of an {@code .index}. */
  record OffsetIndexEntry(long offset, int position) implements Entry {}

  /** An entry of a {@code .timeindex}. */
  record TimeIndexEntry(long timestampMs, long offset) implements Entry {}

  /** A batch that a {@code .producers} file remembers. */
  record RememberedBatch(
      long producerId,
      short producerEpoch,
      int firstSequence,
      int lastSequence,
      long baseOffset,
      long lastOffset)
      implements Entry {}

  /** A line of a {@code leader-epoch} file. */
  record EpochBegins(int leaderEpoch, long startOffset) implements Entry {}

  /** Whose a partition's directory is. */
  record Owner(String topicId) implements Entry {}

  /** How far compaction came; the time is the largest long for never. */
  record Compacted(long firstDirtyOffset, long nextHorizonMs) implements Entry {}

  /** A line of a {@code checkpoints} file. */
  record Checkpoint(
      PartitionId partition, long recoveryPoint, long highWatermark, long logStartOffset)
      implements Entry {}

  /**
   * Something that should not be so.
   *
   * @param position where in the file, -1 if all of it is meant
   */
  record Damage(Path file, long position, String what) implements Entry {}
}
