package io.millrace.cli;

import io.millrace.client.StartPosition;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads {@code --from}: earliest, latest, an offset, last:N, timestamp:T or resume:TOKEN. */
final class StartOption {
  private static final String LAST = "last:";
  private static final String TIMESTAMP = "timestamp:";
  private static final String RESUME = "resume:";

  private StartOption() {}

  /**
   * The position that the text means.
   *
   * @param partitions those that an offset is for
   * @throws StreamException INVALID_START_OFFSET that says what was expected
   */
  static StartPosition parse(String text, String topic, List<Integer> partitions) {
    try {
      if (text.equals("earliest")) {
        return StartPosition.earliest();
      } else if (text.equals("latest")) {
        return StartPosition.latest();
      } else if (text.startsWith(LAST)) {
        return StartPosition.last(Long.parseLong(text.substring(LAST.length())));
      } else if (text.startsWith(RESUME)) {
        return StartPosition.resume(text.substring(RESUME.length()));
      } else if (text.startsWith(TIMESTAMP)) {
        return StartPosition.timestamp(timestampMs(text.substring(TIMESTAMP.length())));
      }
      return offsets(Long.parseLong(text), topic, partitions);
    } catch (NumberFormatException | DateTimeParseException e) {
      throw new StreamException(
          ErrorCode.INVALID_START_OFFSET,
          "--from is '"
              + text
              + "', expected earliest, latest, an offset, last:N, timestamp:MILLISECONDS, "
              + "timestamp:2026-01-31T12:00:00Z or resume:TOKEN",
          e);
    }
  }

  private static long timestampMs(String text) {
    return text.chars().allMatch(Character::isDigit)
        ? Long.parseLong(text)
        : Instant.parse(text).toEpochMilli();
  }

  private static StartPosition offsets(long offset, String topic, List<Integer> partitions) {
    if (partitions.isEmpty()) {
      throw new StreamException(
          ErrorCode.INVALID_START_OFFSET,
          "an offset needs to know of which partition: add --partition N");
    }
    Map<TopicPartition, Long> offsets = new HashMap<>();
    partitions.forEach(
        partition -> offsets.put(new TopicPartition(new TopicName(topic), partition), offset));
    return StartPosition.offsets(offsets);
  }
}
