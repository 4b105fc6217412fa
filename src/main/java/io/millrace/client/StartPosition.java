package io.millrace.client;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TopicPartition;
import java.util.Map;

/** Where a consumer begins, or goes to. */
public sealed interface StartPosition {
  /** With the first record that there is. */
  record Earliest() implements StartPosition {}

  /** With the next record that is written. */
  record Latest() implements StartPosition {}

  /** At these offsets; partitions that are not named begin with the next record, or stay. */
  record Offsets(Map<TopicPartition, Long> offsets) implements StartPosition {
    public Offsets {
      offsets = Map.copyOf(offsets);
      offsets.forEach(
          (partition, offset) -> {
            if (offset < 0) {
              throw invalid("offset " + offset + " of " + partition + " is below 0");
            }
          });
    }
  }

  /** With the first record that is not older, in milliseconds since 1970 UTC. */
  record Timestamp(long timestampMs) implements StartPosition {}

  /** Where a resume token says; partitions that it does not know begin with their first record. */
  record Resume(String token) implements StartPosition {}

  /** So many offsets before the end of each partition. */
  record Last(long records) implements StartPosition {
    public Last {
      if (records < 0) {
        throw invalid("the last " + records + " records make no sense, expected 0 or more");
      }
    }
  }

  static StartPosition earliest() {
    return new Earliest();
  }

  static StartPosition latest() {
    return new Latest();
  }

  static StartPosition offsets(Map<TopicPartition, Long> offsets) {
    return new Offsets(offsets);
  }

  static StartPosition timestamp(long timestampMs) {
    return new Timestamp(timestampMs);
  }

  static StartPosition resume(String token) {
    return new Resume(token);
  }

  static StartPosition last(long records) {
    return new Last(records);
  }

  private static StreamException invalid(String message) {
    return new StreamException(ErrorCode.INVALID_START_OFFSET, message);
  }
}
