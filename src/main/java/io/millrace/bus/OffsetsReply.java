package io.millrace.bus;

import io.millrace.model.ErrorCode;
import java.util.List;

/** One result per entry of the request, in its order. */
public record OffsetsReply(List<Result> results) {
  /**
   * An offset.
   *
   * @param offset -1 if no record is that new
   * @param timestampMs of the record there, -1 if none or not asked by time
   * @param leaderEpoch of the record, of the leader for earliest and latest, or the epoch found for
   *     the end of one; -1 if unknown
   * @param logStartOffset the partition's first offset now
   * @param highWatermark the partition's high watermark now
   */
  public record Result(
      ErrorCode error,
      String reason,
      long offset,
      long timestampMs,
      int leaderEpoch,
      long logStartOffset,
      long highWatermark) {
    public static Result failed(ErrorCode error, String reason) {
      return new Result(error, reason, -1, -1, -1, -1, -1);
    }
  }
}
