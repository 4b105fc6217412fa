package io.millrace.log;

import io.millrace.record.RecordSlice;

/** What a read found. */
public sealed interface ReadOutcome {
  /** Verified batches; the receiver releases the slice. */
  record Batches(RecordSlice slice) implements ReadOutcome {}

  /**
   * The bytes are not known to be whole and in memory: run the task on the read pool; it brings one
   * of the other outcomes.
   */
  record Cold(LogTask<ReadOutcome> task) implements ReadOutcome {}

  /** Nothing below the limit at or after the offset. */
  record Nothing() implements ReadOutcome {}

  /** The offset is below the log start offset or above the log end offset, both as given. */
  record OutOfRange(long logStartOffset, long logEndOffset) implements ReadOutcome {}

  /** The stored bytes are damaged; none of them are served. */
  record Damaged(String reason) implements ReadOutcome {}
}
