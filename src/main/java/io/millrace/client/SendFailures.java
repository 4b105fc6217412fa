package io.millrace.client;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What the failures of batches mean, and how they are told. */
final class SendFailures {
  private SendFailures() {}

  static boolean isSequenceError(ErrorCode code) {
    return code == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER || code == ErrorCode.UNKNOWN_PRODUCER_ID;
  }

  /** Whether a batch may have been written although it was answered so. */
  static boolean leavesOutcomeOpen(ErrorCode code) {
    return switch (code) {
      case CONNECTION_LOST, UNKNOWN_OUTCOME, UNKNOWN_SERVER_ERROR, STORAGE_ERROR, CLOSED -> true;
      default -> false;
    };
  }

  static StreamException outcomeUnknown(StreamException cause) {
    return cause.code() == ErrorCode.UNKNOWN_OUTCOME
        ? cause
        : new StreamException(
            ErrorCode.UNKNOWN_OUTCOME,
            "whether the record was written is not known, and it is not sent again: "
                + cause.getMessage(),
            cause);
  }

  /**
   * The time of a batch is up. Its code is that of what stood in the way, if the broker said so: a
   * full disk is not a slow network.
   *
   * @param lastRefusal what the broker said last to a batch of the same partition; for one that
   *     waits behind others
   */
  static StreamException timedOut(
      SendRules rules, ProduceBatch batch, @Nullable StreamException lastRefusal) {
    StreamException last = batch.lastFailure() == null ? lastRefusal : batch.lastFailure();
    ErrorCode code = ErrorCode.REQUEST_TIMED_OUT;
    if (last != null && !leavesOutcomeOpen(last.code())) {
      code = last.code();
    }
    return new StreamException(
        code,
        "not acknowledged within "
            + TimeUnit.NANOSECONDS.toMillis(rules.deliveryTimeoutNanos())
            + " ms (delivery.timeout.ms) after "
            + batch.attempts()
            + " attempts"
            + (last == null ? "" : "; the last failure: " + last.getMessage()));
  }
}
