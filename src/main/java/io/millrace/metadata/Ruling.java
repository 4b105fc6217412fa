package io.millrace.metadata;

import io.millrace.model.ErrorCode;
import java.util.List;
import java.util.function.Function;

/** What the rules say to a request, before it is put to the log. */
sealed interface Ruling<T> {
  /**
   * These facts; none if it is so already.
   *
   * @param result reads the answer from the state that has the facts
   */
  record Grant<T>(List<MetadataRecord> records, Function<MetadataState, T> result)
      implements Ruling<T> {}

  /** Refused. */
  record Deny<T>(ErrorCode code, String sentence) implements Ruling<T> {}
}
