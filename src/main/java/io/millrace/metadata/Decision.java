package io.millrace.metadata;

import io.millrace.model.ErrorCode;

/**
 * What the controller says to a request.
 *
 * @param <T> what the asker gets if it is granted
 */
public sealed interface Decision<T> {
  /**
   * Granted, once this proposal is committed.
   *
   * @param result what the asker gets then, and not before
   */
  record Propose<T>(Proposal proposal, T result) implements Decision<T> {}

  /**
   * Granted without a change: it was only to be checked, or is so already. "Already" may rest on a
   * proposal that is still pending, so the answer waits for those.
   */
  record Unchanged<T>(T result) implements Decision<T> {}

  /** Not granted; the sentence says what was wrong, what was expected and what to do. */
  record Refused<T>(ErrorCode code, String sentence) implements Decision<T> {}
}
