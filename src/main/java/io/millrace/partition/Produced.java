package io.millrace.partition;

import io.millrace.model.ErrorCode;

/**
 * What became of one batch.
 *
 * @param error NONE if it is appended and what its acks ask for has happened
 * @param reason what was wrong and what was expected; empty if nothing was
 * @param baseOffset of its first record, -1 on error
 * @param logAppendTimeMs the broker's time if the topic stamps it, else -1
 * @param logStartOffset of the partition
 * @param leaderEpoch the epoch that it was appended, and for acks=all committed, in; -1 on error
 */
public record Produced(
    ErrorCode error,
    String reason,
    long baseOffset,
    long logAppendTimeMs,
    long logStartOffset,
    int leaderEpoch) {
  static Produced failed(ErrorCode error, String reason) {
    return new Produced(error, reason, -1, -1, -1, -1);
  }

  /** Who is told, exactly once, on the owner thread; possibly before the append returns. */
  @FunctionalInterface
  public interface Listener {
    void onProduced(Produced produced);
  }
}
