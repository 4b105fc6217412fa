package io.millrace.bus;

import io.millrace.model.PartitionId;
import java.util.List;

/** Asks for offsets by position in time, or by leader epoch. */
public record OffsetsRequest(List<Entry> entries, long imageVersion, long deadlineNanos) {
  /** The timestamp that means the high watermark, as on Kafka's wire. */
  public static final long LATEST = -1;

  /** The timestamp that means the log start offset. */
  public static final long EARLIEST = -2;

  /**
   * The timestamp that means the first record that has the newest timestamp, as on Kafka's wire.
   */
  public static final long MAX_TIMESTAMP = -3;

  /** The timestamp that means the end of a leader epoch; on this bus only. */
  public static final long END_OF_EPOCH = -100;

  /**
   * One partition.
   *
   * @param timestampMs the first offset whose timestamp is at least this, or LATEST, EARLIEST,
   *     MAX_TIMESTAMP, or END_OF_EPOCH: one more than the last offset of the largest epoch that is
   *     not above {@code leaderEpoch} (KIP-101, KIP-320)
   * @param leaderEpoch for END_OF_EPOCH, else -1
   */
  public record Entry(PartitionId partition, long timestampMs, int leaderEpoch) {
    public Entry(PartitionId partition, long timestampMs) {
      this(partition, timestampMs, -1);
    }
  }
}
