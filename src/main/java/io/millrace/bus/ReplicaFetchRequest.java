package io.millrace.bus;

import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import java.util.List;

/**
 * A follower asks a leader for what its partitions have behind each fetch offset. Each shard of the
 * leader answers for its own partitions, with one {@link ReplicaFetchReply} under this correlation
 * id; all of them together answer every entry once.
 *
 * @param replica who asks
 * @param brokerEpoch under which it is registered
 * @param imageVersion the image that it looked the leader up in: a shard that is behind waits for
 *     it
 * @param maxBytes stop after this many in all; the first partition with records gives at least one
 *     batch
 * @param waitUntilNanos monotonic: until then a shard that has no news waits for some
 * @param deadlineNanos monotonic; a request that is found after it is not carried out
 */
public record ReplicaFetchRequest(
    long correlationId,
    Address<LoopMail> replyTo,
    NodeId replica,
    long brokerEpoch,
    long imageVersion,
    int maxBytes,
    long waitUntilNanos,
    long deadlineNanos,
    List<Entry> entries)
    implements BusMessage {
  /** About what an entry takes. */
  private static final int ENTRY_BYTES = 48;

  public ReplicaFetchRequest {
    entries = List.copyOf(entries);
  }

  @Override
  public long sizeBytes() {
    return (long) entries.size() * ENTRY_BYTES;
  }

  /**
   * One partition.
   *
   * @param leaderEpoch the epoch in which it is followed
   * @param fetchOffset the follower's log ends there
   * @param durableOffset everything below is on the follower's stable storage
   * @param lastFetchedEpoch of the follower's last record, -1 if it has none
   * @param highWatermark as the follower knows it; a higher one is news
   */
  public record Entry(
      PartitionId partition,
      int leaderEpoch,
      long fetchOffset,
      long durableOffset,
      int lastFetchedEpoch,
      long highWatermark) {}

  /** The same request for some of its partitions. */
  public ReplicaFetchRequest of(List<Entry> some) {
    return new ReplicaFetchRequest(
        correlationId,
        replyTo,
        replica,
        brokerEpoch,
        imageVersion,
        maxBytes,
        waitUntilNanos,
        deadlineNanos,
        some);
  }
}
