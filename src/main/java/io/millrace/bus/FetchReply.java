package io.millrace.bus;

import io.millrace.model.ErrorCode;
import io.millrace.record.RecordSlice;
import java.util.List;
import java.util.Optional;

/** One result per entry of the request, in its order. The receiver releases every slice. */
public record FetchReply(List<Result> results) {
  /**
   * What one partition has.
   *
   * @param error NONE, or why nothing is answered
   * @param reason what was wrong and what was expected; empty if nothing was
   * @param slice whole batches below the high watermark, if there are any
   * @param highWatermark one more than the last offset that consumers may see
   * @param logStartOffset the first offset that exists
   * @param leaderEpoch of the answering leader
   */
  public record Result(
      ErrorCode error,
      String reason,
      Optional<RecordSlice> slice,
      long highWatermark,
      long logStartOffset,
      int leaderEpoch) {
    public static Result failed(
        ErrorCode error, String reason, long highWatermark, long logStartOffset) {
      return new Result(error, reason, Optional.empty(), highWatermark, logStartOffset, -1);
    }
  }
}
