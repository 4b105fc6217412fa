package io.millrace.bus;

import io.millrace.model.PartitionId;
import java.util.List;

/**
 * Reads some partitions, of any shards.
 *
 * @param minBytes wait for this many in all, or for the deadline
 * @param maxBytes stop after this many in all; the first non-empty partition gives at least one
 *     whole batch
 * @param imageVersion the image that the sender looked partitions up in
 * @param deadlineNanos monotonic; when it passes, what is there is answered
 */
public record FetchRequest(
    List<Entry> entries, int minBytes, int maxBytes, long imageVersion, long deadlineNanos) {
  /**
   * One partition.
   *
   * @param offset the first offset wanted; a whole batch that contains it is answered
   * @param currentLeaderEpoch the epoch that the reader believes in, -1 if it does not say
   *     (KIP-320)
   * @param maxBytes of this partition
   * @param fromFollower whether this node's replica may answer though another node leads (KIP-392);
   *     only for a client of {@link BusPartitionClient#ofLeader}: a request to another node goes to
   *     the leader
   */
  public record Entry(
      PartitionId partition,
      long offset,
      int currentLeaderEpoch,
      int maxBytes,
      boolean fromFollower) {
    /** To be read from the leader. */
    public Entry(PartitionId partition, long offset, int currentLeaderEpoch, int maxBytes) {
      this(partition, offset, currentLeaderEpoch, maxBytes, false);
    }
  }
}
