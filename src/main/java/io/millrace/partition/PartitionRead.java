package io.millrace.partition;

import io.millrace.log.LogTask;
import io.millrace.log.ReadOutcome;
import io.millrace.model.ErrorCode;
import io.millrace.record.RecordSlice;
import java.util.Optional;

/** What a fetch from one partition comes to. */
public sealed interface PartitionRead {
  /**
   * The answer.
   *
   * @param error NONE, or why nothing is answered
   * @param reason what was wrong and what was expected; empty if nothing was
   * @param slice whole batches below the high watermark, if there are any; the receiver releases it
   * @param highWatermark as this replica knows it, -1 if it neither leads nor follows
   * @param logStartOffset the first offset that exists
   * @param leaderEpoch of this leader, -1 if this replica does not lead
   */
  record Ready(
      ErrorCode error,
      String reason,
      Optional<RecordSlice> slice,
      long highWatermark,
      long logStartOffset,
      int leaderEpoch)
      implements PartitionRead {}

  /** The bytes must be read and checked: run it, and hand what it brings to finishRead. */
  record Cold(LogTask<ReadOutcome> task) implements PartitionRead {}
}
