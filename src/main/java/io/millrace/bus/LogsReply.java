package io.millrace.bus;

import io.millrace.model.ErrorCode;
import io.millrace.model.LogDescription;
import java.util.List;

/** One result per partition that was asked about, in that order. */
public record LogsReply(List<Result> results) {
  private static final LogDescription NOTHING = new LogDescription(0, -1, -1, -1, List.of());

  /**
   * What a partition's log is.
   *
   * @param error NONE, or why nothing is answered
   * @param reason what was wrong and what was expected; empty if nothing was
   * @param log nothing useful on error
   */
  public record Result(ErrorCode error, String reason, LogDescription log) {
    public static Result failed(ErrorCode error, String reason) {
      return new Result(error, reason, NOTHING);
    }
  }
}
