package io.millrace.bus;

import io.millrace.model.Acks;
import io.millrace.model.PartitionId;
import java.util.List;

/**
 * What a shard can be asked. Each is answered by one {@link ShardReply} with its correlation id,
 * except {@link Forget}; a {@link Read} that waits is answered a second time.
 */
public sealed interface ShardRequest extends BusMessage {
  /** Unique among the requests of its reply address. */
  long correlationId();

  Address<LoopMail> replyTo();

  /** The image that the sender looked the partitions up in. */
  long imageVersion();

  /** Monotonic; a request that is found after it is refused, not carried out. */
  long deadlineNanos();

  /** Appends one batch to each of some partitions; answered by {@link ShardReply.Appended}. */
  record Append(
      long correlationId,
      Address<LoopMail> replyTo,
      Acks acks,
      List<ProduceRequest.Entry> entries,
      long imageVersion,
      long deadlineNanos)
      implements ShardRequest {
    @Override
    public long sizeBytes() {
      long sum = 0;
      for (ProduceRequest.Entry entry : entries) {
        sum += entry.batch().sizeBytes();
      }
      return sum;
    }

    @Override
    public void discard() {
      entries.forEach(entry -> entry.batch().cancel());
    }
  }

  /**
   * Reads some partitions; answered by {@link ShardReply.ReadDone}, which says whether the shard
   * keeps watching. It watches if it was asked to and found less than {@code waitFor.minBytes}.
   */
  record Read(
      long correlationId,
      Address<LoopMail> replyTo,
      List<FetchRequest.Entry> entries,
      int maxBytes,
      WaitFor waitFor,
      long imageVersion,
      long deadlineNanos)
      implements ShardRequest {}

  /**
   * What a read waits for.
   *
   * @param minBytes the whole fetch's; if this shard alone has as much it answers at once; 0 never
   *     waits
   * @param wakeBytes this many more on this shard are news
   * @param sole whether no other shard takes part: then news are the records themselves, read anew
   *     ({@link ShardReply.ReadDone}), else {@link ShardReply.Woken}
   * @param untilNanos monotonic: when the sender will have lost interest
   */
  record WaitFor(int minBytes, int wakeBytes, boolean sole, long untilNanos) {
    /** Answers with what there is. */
    public static final WaitFor NOTHING = new WaitFor(0, 0, false, 0);
  }

  /** Ends a read that waits; not answered. The correlation id is that of the read. */
  record Forget(
      long correlationId, Address<LoopMail> replyTo, long imageVersion, long deadlineNanos)
      implements ShardRequest {}

  /** Looks offsets up; answered by {@link ShardReply.OffsetsFound}. */
  record FindOffsets(
      long correlationId,
      Address<LoopMail> replyTo,
      List<OffsetsRequest.Entry> entries,
      long imageVersion,
      long deadlineNanos)
      implements ShardRequest {}

  /** Raises a log start offset; answered by {@link ShardReply.RecordsDeleted}. */
  record DeleteRecords(
      long correlationId,
      Address<LoopMail> replyTo,
      PartitionId partition,
      long beforeOffset,
      long imageVersion,
      long deadlineNanos)
      implements ShardRequest {}

  /** Describes some logs; answered by {@link ShardReply.LogsDescribed}. */
  record DescribeLogs(
      long correlationId,
      Address<LoopMail> replyTo,
      List<PartitionId> partitions,
      long imageVersion,
      long deadlineNanos)
      implements ShardRequest {}
}
