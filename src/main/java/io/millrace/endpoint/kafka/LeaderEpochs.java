package io.millrace.endpoint.kafka;

import org.apache.kafka.common.protocol.Errors;

/** Whether a client's idea of who leads a partition is up to date (KIP-320). */
final class LeaderEpochs {
  private LeaderEpochs() {}

  /**
   * @param asked the epoch that the client knows, below 0 if it does not say
   */
  static Errors check(int asked, int leaderEpoch) {
    if (asked < 0 || asked == leaderEpoch) {
      return Errors.NONE;
    }
    return asked < leaderEpoch ? Errors.FENCED_LEADER_EPOCH : Errors.UNKNOWN_LEADER_EPOCH;
  }
}
