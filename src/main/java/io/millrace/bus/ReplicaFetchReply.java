package io.millrace.bus;

import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.record.RecordSlice;
import java.util.List;
import java.util.Optional;

/**
 * What one shard of a leader has for a follower. The receiver releases every slice.
 *
 * @param heldMs how long the shard waited for news: no part of the round trip
 */
public record ReplicaFetchReply(long correlationId, int heldMs, List<Result> results)
    implements BusReply {
  /** Of a result whose history does not part from the follower's. */
  public static final long NOT_DIVERGING = -1;

  public ReplicaFetchReply {
    results = List.copyOf(results);
  }

  /**
   * What one partition has.
   *
   * @param error NONE, or why there are no batches
   * @param reason what was wrong and what was expected; empty if nothing was
   * @param leaderEpoch of the answering leader, -1 if it does not lead
   * @param fetchOffset the one that was asked for
   * @param logStartOffset the first offset that exists; -1 on most errors
   * @param divergingEpoch the largest epoch here that is not above the follower's last one
   * @param divergingEndOffset where that epoch ends here; {@link #NOT_DIVERGING} if histories agree
   * @param slice whole batches from the fetch offset on, if there are any
   */
  public record Result(
      PartitionId partition,
      ErrorCode error,
      String reason,
      int leaderEpoch,
      long fetchOffset,
      long highWatermark,
      long logStartOffset,
      int divergingEpoch,
      long divergingEndOffset,
      Optional<RecordSlice> slice) {
    /** No batches, for this reason. */
    public static Result failed(
        PartitionId partition, ErrorCode error, String reason, long fetchOffset) {
      return new Result(
          partition, error, reason, -1, fetchOffset, -1, -1, -1, NOT_DIVERGING, Optional.empty());
    }

    public void discard() {
      slice.ifPresent(RecordSlice::release);
    }
  }

  /** Bytes of batches in it. */
  public long recordBytes() {
    long bytes = 0;
    for (Result result : results) {
      bytes += result.slice().map(RecordSlice::sizeBytes).orElse(0);
    }
    return bytes;
  }

  @Override
  public long sizeBytes() {
    return recordBytes();
  }

  @Override
  public void discard() {
    results.forEach(Result::discard);
  }
}
