package io.millrace.partition;

import io.millrace.log.LogTask;
import io.millrace.model.ErrorCode;

/** What raising the log start offset comes to. */
public sealed interface RecordDeletion {
  /** Nothing was changed. */
  record Refused(ErrorCode error, String reason) implements RecordDeletion {}

  /**
   * The new start counts already; it is durable, and may be acknowledged, once the task has run and
   * the partition's progress is checkpointed.
   */
  record Raised(long logStartOffset, LogTask<?> task) implements RecordDeletion {}
}
