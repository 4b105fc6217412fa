package io.millrace.log;

import io.millrace.model.ErrorCode;

/** What became of an append on the leader. */
public sealed interface AppendOutcome {
  /**
   * Written (not yet durable).
   *
   * @param baseOffset offset of the batch's first record
   * @param lastOffset offset of its last record
   * @param logAppendTimeMs the broker's time if the topic stamps LogAppendTime, else -1
   */
  record Appended(long baseOffset, long lastOffset, long logAppendTimeMs)
      implements AppendOutcome {}

  /**
   * An idempotent producer sent again what is in the log. The answer waits exactly as the
   * original's does.
   *
   * @param baseOffset where the original's first record is
   * @param lastOffset where its last record is
   * @param logAppendTimeMs as the original was answered
   */
  record Duplicate(long baseOffset, long lastOffset, long logAppendTimeMs)
      implements AppendOutcome {}

  /** Nothing was written; the reason says what was wrong and what was expected. */
  record Refused(ErrorCode error, String reason) implements AppendOutcome {}
}
