package io.millrace.log.segment;

import io.millrace.log.Disk;
import io.millrace.log.segment.ProducerEntry.Batch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Reads the small files of a partition for tools, without opening its log. Blocking.
 *
 * <p>Threading: stateless.
 */
public final class StateFiles {
  /** The name of the file with a partition's leader epochs. */
  public static final String EPOCHS = EpochTable.FILE_NAME;

  private static final int MAX_EPOCH_FILE_BYTES = 16 << 20;

  private StateFiles() {}

  /** A leader epoch and the offset of its first record. */
  public record EpochStart(int leaderEpoch, long startOffset) {}

  /**
   * A batch that a producer is remembered by.
   *
   * @param appendTimeMs the broker's time if it stamped the batch, else -1
   */
  public record ProducerBatch(
      long producerId,
      short producerEpoch,
      int firstSequence,
      int lastSequence,
      long baseOffset,
      long lastOffset,
      long appendTimeMs) {}

  /**
   * The epochs in a {@code leader-epoch} file.
   *
   * @throws IOException that says what is wrong with the file
   */
  public static List<EpochStart> epochs(Disk disk, Path file) throws IOException {
    return EpochTable.parse(CheckedFile.read(disk, file, MAX_EPOCH_FILE_BYTES)).entries();
  }

  /**
   * What a {@code compaction} file says.
   *
   * @throws IOException that says what is wrong with the file
   */
  public static CompactionCheckpoint compaction(Disk disk, Path file) throws IOException {
    return CompactionCheckpoint.parse(
        CheckedFile.read(disk, file, CompactionCheckpoint.MAX_FILE_BYTES));
  }

  /**
   * The batches in a {@code .producers} file, by producer, oldest first.
   *
   * @throws IOException that says what is wrong with the file
   */
  public static List<ProducerBatch> producers(Disk disk, Path file) throws IOException {
    OptionalLong offset =
        SegmentFiles.offsetIn(file.getFileName().toString(), SegmentFiles.PRODUCERS_SUFFIX);
    if (offset.isEmpty()) {
      throw new IOException("its name is not 20 digits and " + SegmentFiles.PRODUCERS_SUFFIX);
    }
    ProducerState state =
        ProducerSnapshot.read(disk, file, offset.getAsLong(), LogLimits.DEFAULTS, 0);
    List<ProducerBatch> batches = new ArrayList<>();
    for (Map.Entry<Long, ProducerEntry> producer : state.entries()) {
      for (int i = 0; i < producer.getValue().count(); i++) {
        batches.add(described(producer.getKey(), producer.getValue(), i));
      }
    }
    return batches;
  }

  private static ProducerBatch described(long producerId, ProducerEntry entry, int index) {
    Batch batch = entry.batch(index);
    return new ProducerBatch(
        producerId,
        entry.epoch(),
        batch.firstSequence(),
        batch.lastSequence(),
        batch.baseOffset(),
        batch.lastOffset(),
        batch.appendTimeMs());
  }
}
