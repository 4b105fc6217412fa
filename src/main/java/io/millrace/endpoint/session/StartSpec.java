package io.millrace.endpoint.session;

import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.protocol.stream.ResumeToken;
import io.millrace.protocol.stream.message.Seek;
import io.millrace.protocol.stream.message.StartOffset;
import io.millrace.protocol.stream.message.Subscribe;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where a client wants to begin, as it said it, checked for sense. */
sealed interface StartSpec {
  /** The first offset that exists. */
  record Earliest() implements StartSpec {}

  /** Only what comes from now on. */
  record Latest() implements StartSpec {}

  /** Given offsets by topic name and partition. */
  record Offsets(Map<String, Map<Integer, Long>> byTopic) implements StartSpec {
    @Nullable Long find(String topic, int partition) {
      Map<Integer, Long> ofTopic = byTopic.get(topic);
      return ofTopic == null ? null : ofTopic.get(partition);
    }
  }

  /** The first record that is not older. */
  record Timestamp(long timestampMs) implements StartSpec {}

  /** Where a token was made. */
  record Resume(String clusterId, Map<PartitionId, ResumeToken.Position> positions)
      implements StartSpec {}

  /** So many offsets before the end. */
  record Last(long records) implements StartSpec {}

  /**
   * @throws StreamException INVALID_START_OFFSET or INVALID_RESUME_TOKEN
   */
  static StartSpec of(Subscribe message) {
    return of(
        message.getStart(),
        message.getOffsets(),
        message.getTimestampMs(),
        message.getResumeToken(),
        message.getLastRecords());
  }

  /**
   * @throws StreamException INVALID_START_OFFSET or INVALID_RESUME_TOKEN
   */
  static StartSpec of(Seek message) {
    return of(
        message.getStart(),
        message.getOffsets(),
        message.getTimestampMs(),
        message.getResumeToken(),
        message.getLastRecords());
  }

  private static StartSpec of(
      String start,
      List<StartOffset> offsets,
      @Nullable Long timestampMs,
      @Nullable String resumeToken,
      @Nullable Long lastRecords) {
    return switch (start) {
      case "earliest" -> new Earliest();
      case "latest" -> new Latest();
      case "offsets" -> offsets(offsets);
      case "timestamp" -> new Timestamp(required(timestampMs, "timestampMs"));
      case "resume" -> {
        if (resumeToken == null) {
          throw invalid("start 'resume' needs resumeToken");
        }
        ResumeToken token = ResumeToken.parse(resumeToken);
        Map<PartitionId, ResumeToken.Position> positions = new HashMap<>();
        token.positions().forEach(position -> positions.put(position.partition(), position));
        yield new Resume(token.clusterId(), positions);
      }
      case "last" -> new Last(required(lastRecords, "lastRecords"));
      default ->
          throw invalid(
              "start is '"
                  + (start.length() > 40 ? start.substring(0, 40) + "..." : start)
                  + "', expected earliest, latest, offsets, timestamp, resume or last");
    };
  }

  private static Offsets offsets(List<StartOffset> offsets) {
    Map<String, Map<Integer, Long>> byTopic = new HashMap<>();
    for (StartOffset offset : offsets) {
      if (offset.getOffset() < 0) {
        throw invalid(
            "offset "
                + offset.getOffset()
                + " of partition "
                + offset.getPartition()
                + " is negative");
      }
      byTopic
          .computeIfAbsent(offset.getTopic(), topic -> new HashMap<>())
          .put(offset.getPartition(), offset.getOffset());
    }
    return new Offsets(byTopic);
  }

  private static long required(@Nullable Long value, String field) {
    if (value == null || value < 0) {
      throw invalid("this start needs " + field + ", 0 or larger");
    }
    return value;
  }

  private static StreamException invalid(String message) {
    return new StreamException(ErrorCode.INVALID_START_OFFSET, message);
  }
}
