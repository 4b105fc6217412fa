package io.millrace.bus;

import io.millrace.model.ErrorCode;
import io.millrace.record.RecordSlice;
import java.util.List;

/** What a shard answers. */
public sealed interface ShardReply extends BusReply {
  /** One result per entry of the request, in its order. */
  record Appended(long correlationId, List<ProduceReply.Result> results) implements ShardReply {}

  /**
   * One result per entry of the request, in its order; the receiver releases the slices.
   *
   * @param watching whether news will follow under the same correlation id
   */
  record ReadDone(long correlationId, List<FetchReply.Result> results, boolean watching)
      implements ShardReply {
    @Override
    public long sizeBytes() {
      long sum = 0;
      for (FetchReply.Result result : results) {
        sum += result.slice().map(RecordSlice::sizeBytes).orElse(0);
      }
      return sum;
    }

    @Override
    public void discard() {
      for (FetchReply.Result result : results) {
        if (result.slice().isPresent()) {
          result.slice().get().release();
        }
      }
    }
  }

  /** A read that waited has news and is forgotten: read again. */
  record Woken(long correlationId) implements ShardReply {}

  /** One result per entry of the request, in its order. */
  record OffsetsFound(long correlationId, List<OffsetsReply.Result> results)
      implements ShardReply {}

  /**
   * The new log start offset, -1 on error.
   *
   * @param reason what was wrong and what was expected; empty if nothing was
   */
  record RecordsDeleted(long correlationId, ErrorCode error, String reason, long logStartOffset)
      implements ShardReply {}

  /** One result per partition of the request, in its order. */
  record LogsDescribed(long correlationId, List<LogsReply.Result> results) implements ShardReply {}
}
