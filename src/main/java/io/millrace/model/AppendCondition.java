package io.millrace.model;

/**
 * Where a log must be for a batch to be appended: so nobody appends on the ground of a state that
 * the log has left behind. Where it is not, the answer is APPEND_CONDITION_FAILED and nothing is
 * written.
 *
 * @param leaderEpoch the epoch that the partition is led in
 * @param endOffset the offset that the batch's first record gets
 */
public record AppendCondition(int leaderEpoch, long endOffset) {
  public AppendCondition {
    if (leaderEpoch < 0 || endOffset < 0) {
      throw new IllegalArgumentException(
          "leader epoch " + leaderEpoch + " and end offset " + endOffset + " must be 0 or more");
    }
  }
}
