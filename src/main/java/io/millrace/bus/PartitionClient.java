package io.millrace.bus;

import io.millrace.model.PartitionId;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.Consumer;

/**
 * The partitions of the cluster as an endpoint sees them. One request is scattered over the shards
 * that own its partitions, one message each, and gathered into one reply. Every request is answered
 * exactly once, at its deadline at the latest (one tick may be added).
 *
 * <p>Threading: one client per event loop; called and calling back on that loop. A reply may come
 * before the call returns.
 */
public interface PartitionClient {
  /**
   * Appends. With {@link io.millrace.model.Acks#NONE} the reply comes as soon as the batches were
   * handed over, and says nothing.
   */
  void produce(ProduceRequest request, Consumer<ProduceReply> whenDone);

  /** Reads, and waits for more if there is too little. */
  Waiting fetch(FetchRequest request, Consumer<FetchReply> whenDone);

  /** Finds offsets; completes with a result for each entry, never fails. */
  Future<OffsetsReply> offsets(OffsetsRequest request);

  /**
   * Raises a partition's log start offset.
   *
   * @return the new log start offset; fails with StreamException (OFFSET_OUT_OF_RANGE above the
   *     high watermark)
   */
  Future<Long> deleteRecords(PartitionId partition, long beforeOffset, long deadlineNanos);

  /** Describes logs; completes with a result for each partition, never fails. */
  Future<LogsReply> describeLogs(List<PartitionId> partitions, long deadlineNanos);

  /** A fetch that waits. */
  interface Waiting {
    /**
     * Forgets the fetch: nothing is called back any more, and slices that are under way are
     * released.
     */
    void cancel();
  }
}
