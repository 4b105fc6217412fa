package io.millrace.endpoint.websocket;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.protocol.stream.message.StartOffset;
import io.millrace.protocol.stream.message.Subscribe;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A subscription that a URL asks for: {@code /v1/topics/{topic}?from=...&partitions=...&onSlow=...
 * &onOutOfRange=...}, where {@code from} is {@code earliest}, {@code latest} (the default), an
 * offset for every partition, {@code timestamp:<ms>}, {@code resume:<token>} or {@code last:<n>}.
 */
final class StreamUrl {
  /** The id of the one stream of such a connection. */
  static final int STREAM_ID = 1;

  private static final Set<String> PARAMETERS =
      Set.of("from", "partitions", "onSlow", "onOutOfRange");
  private static final int MAX_PARTITIONS_NAMED = 10_000;

  private StreamUrl() {}

  /**
   * Reads a subscription.
   *
   * @param parameters the query's, each at most once
   * @param lastEventId the resume token of an earlier connection, which wins over {@code from};
   *     null if there is none
   * @param partitionCount of the topic
   * @throws StreamException INVALID_REQUEST or INVALID_START_OFFSET
   */
  static Subscribe subscribe(
      String topic,
      Map<String, List<String>> parameters,
      @Nullable String lastEventId,
      int partitionCount) {
    requireKnown(parameters);
    List<Integer> partitions = partitions(value(parameters, "partitions", ""));
    String from = value(parameters, "from", "latest");
    if (lastEventId != null && !lastEventId.isEmpty()) {
      from = "resume:" + lastEventId;
    }
    Start start = Start.of(from);
    List<StartOffset> offsets = new ArrayList<>();
    if (start.offset() != null) {
      int count = partitions.isEmpty() ? partitionCount : partitions.size();
      for (int i = 0; i < count; i++) {
        int partition = partitions.isEmpty() ? i : partitions.get(i);
        offsets.add(new StartOffset(topic, partition, start.offset()));
      }
    }
    return Subscribe.newBuilder()
        .setStreamId(STREAM_ID)
        .setTopics(List.of(topic))
        .setPartitions(partitions)
        .setStart(start.name())
        .setOffsets(offsets)
        .setTimestampMs(start.timestampMs())
        .setResumeToken(start.resumeToken())
        .setLastRecords(start.lastRecords())
        .setOnSlow(value(parameters, "onSlow", "wait"))
        .setOnOutOfRange(value(parameters, "onOutOfRange", "earliest"))
        .build();
  }

  /** Where to begin, one of the values set. */
  private record Start(
      String name,
      @Nullable Long offset,
      @Nullable Long timestampMs,
      @Nullable String resumeToken,
      @Nullable Long lastRecords) {

    static Start of(String from) {
      int colon = from.indexOf(':');
      String kind = colon < 0 ? from : from.substring(0, colon);
      String argument = colon < 0 ? "" : from.substring(colon + 1);
      if (colon < 0) {
        return kind.equals("earliest") || kind.equals("latest")
            ? new Start(kind, null, null, null, null)
            : new Start("offsets", number(from, from), null, null, null);
      }
      return switch (kind) {
        case "timestamp" -> new Start(kind, null, number(argument, from), null, null);
        case "resume" -> new Start(kind, null, null, argument, null);
        case "last" -> new Start(kind, null, null, null, number(argument, from));
        default -> throw notUnderstood(from);
      };
    }

    private static Long number(String text, String from) {
      try {
        long value = Long.parseLong(text);
        if (value >= 0) {
          return value;
        }
      } catch (NumberFormatException e) {
        throw notUnderstood(from);
      }
      throw notUnderstood(from);
    }

    private static StreamException notUnderstood(String from) {
      return new StreamException(
          ErrorCode.INVALID_START_OFFSET,
          "from is '"
              + shown(from)
              + "', expected earliest, latest, an offset, timestamp:<ms since 1970>,"
              + " resume:<token> or last:<records>");
    }
  }

  private static void requireKnown(Map<String, List<String>> parameters) {
    if (parameters.containsKey("group")) {
      throw new StreamException(
          ErrorCode.INVALID_REQUEST,
          "a URL cannot say what a member of a group has processed; connect to /v1/stream and"
              + " subscribe with a 'group'");
    }
    parameters.forEach(
        (name, values) -> {
          if (!PARAMETERS.contains(name) || values.size() != 1) {
            throw new StreamException(
                ErrorCode.INVALID_REQUEST,
                "the query has "
                    + (PARAMETERS.contains(name) ? "more than one '" : "an unknown '")
                    + shown(name)
                    + "'; known are from, partitions, onSlow, onOutOfRange, each once");
          }
        });
  }

  private static String value(Map<String, List<String>> parameters, String name, String otherwise) {
    List<String> values = parameters.get(name);
    return values == null ? otherwise : values.get(0);
  }

  private static List<Integer> partitions(String text) {
    List<Integer> partitions = new ArrayList<>();
    for (String word : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      try {
        partitions.add(Integer.parseUnsignedInt(word));
      } catch (NumberFormatException e) {
        throw new StreamException(
            ErrorCode.INVALID_REQUEST,
            "partitions is '" + shown(text) + "', expected numbers with commas between them",
            e);
      }
      if (partitions.size() > MAX_PARTITIONS_NAMED) {
        throw new StreamException(
            ErrorCode.LIMIT_EXCEEDED,
            "more than " + MAX_PARTITIONS_NAMED + " partitions are named");
      }
    }
    return partitions;
  }

  private static String shown(String text) {
    String cut = text.length() > 60 ? text.substring(0, 60) + "..." : text;
    return cut.replaceAll("[^\\x20-\\x7e]", "?");
  }
}
