package io.millrace.bus;

import io.millrace.model.Acks;
import io.millrace.model.PartitionId;
import java.util.List;

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
  /** One batch, as it came from the client. */
  public record Entry(PartitionId partition, OwnedBuffer batch) {}
}
