package io.millrace.partition;

import io.millrace.log.LogTask;
import io.millrace.log.PartitionLog.TimestampOffset;
import io.millrace.model.ErrorCode;
import java.util.Optional;

/** What a look-up of an offset comes to. */
public sealed interface OffsetLookup {
  /**
   * The answer.
   *
   * @param offset -1 if no record is that new
   * @param timestampMs of the record there, -1 if none or not asked by time
   * @param leaderEpoch of the record, or of the leader; -1 if unknown
   */
  record Found(
      ErrorCode error,
      String reason,
      long offset,
      long timestampMs,
      int leaderEpoch,
      long logStartOffset,
      long highWatermark)
      implements OffsetLookup {}

  /** Files must be read: run it, and hand what it brings to finishLookup. */
  record Search(LogTask<Optional<TimestampOffset>> task) implements OffsetLookup {}
}
