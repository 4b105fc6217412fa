package io.millrace.replication;

import io.millrace.model.ErrorCode;
import java.util.Optional;

/**
 * What a leader answers beside the batches themselves.
 *
 * @param error NONE, or why there are no batches
 * @param reason what was wrong and what was expected; empty if nothing was
 * @param leaderEpoch of the answering leader, -1 if it is none
 * @param fetchOffset the one that was asked for
 * @param lastFetchedEpoch the one that was asked with: with the offset it says which history the
 *     answer is about
 * @param logStartOffset the first offset that exists, with OFFSET_OUT_OF_RANGE the one from which
 *     batches can be copied; -1 on most errors
 * @param diverging where the histories part, if they do: the leader's largest epoch that is not
 *     above the follower's last one, and where it ends
 */
public record ReplicaAnswer(
    ErrorCode error,
    String reason,
    int leaderEpoch,
    long fetchOffset,
    int lastFetchedEpoch,
    long highWatermark,
    long logStartOffset,
    Optional<EpochEnd> diverging) {
  /** No batches, for this reason. */
  public static ReplicaAnswer failed(
      ErrorCode error, String reason, int leaderEpoch, ReplicaFetch fetch) {
    return new ReplicaAnswer(
        error,
        reason,
        leaderEpoch,
        fetch.fetchOffset(),
        fetch.lastFetchedEpoch(),
        -1,
        -1,
        Optional.empty());
  }
}
