package io.millrace.bus;

import io.millrace.model.ErrorCode;
import java.util.List;

/** One result per entry of the request, in its order. */
public record ProduceReply(List<Result> results) {
  /**
   * What became of one batch.
   *
   * @param error NONE if it is appended (and, for acks=all, committed)
   * @param reason what was wrong and what was expected; empty if nothing was
   * @param baseOffset of its first record, -1 on error
   * @param logAppendTimeMs the broker's time if the topic stamps it, else -1
   * @param logStartOffset of the partition, -1 if unknown
   * @param leaderEpoch the epoch that it was appended (and committed) in, -1 on error
   */
  public record Result(
      ErrorCode error,
      String reason,
      long baseOffset,
      long logAppendTimeMs,
      long logStartOffset,
      int leaderEpoch) {
    public static Result failed(ErrorCode error, String reason) {
      return new Result(error, reason, -1, -1, -1, -1);
    }
  }
}
