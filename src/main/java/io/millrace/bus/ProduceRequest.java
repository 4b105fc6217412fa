package io.millrace.bus;

import io.millrace.model.Acks;
import io.millrace.model.AppendCondition;
import io.millrace.model.PartitionId;
import java.util.List;
import java.util.Optional;

/**
 * Batches for some partitions, of any shards.
 *
 * @param entries at most one batch per partition; their buffers pass to the bus, which sees that
 *     each is released exactly once
 * @param acks when to answer
 * @param imageVersion the image that the sender looked partitions up in: a shard that is behind
 *     waits for it
 * @param deadlineNanos monotonic; after it the request is answered REQUEST_TIMED_OUT (never taken:
 *     not written) or UNKNOWN_OUTCOME
 */
public record ProduceRequest(
    List<Entry> entries, Acks acks, long imageVersion, long deadlineNanos) {
  /**
   * One batch, as it came from the client.
   *
   * @param condition what must hold right before it is appended
   */
  public record Entry(
      PartitionId partition, OwnedBuffer batch, Optional<AppendCondition> condition) {
    /** A batch that is appended wherever the log ends. */
    public Entry(PartitionId partition, OwnedBuffer batch) {
      this(partition, batch, Optional.empty());
    }
  }
}
