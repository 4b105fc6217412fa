package io.millrace.client;

import io.millrace.client.ConsumerSettings.OffsetReset;
import io.millrace.protocol.stream.message.Seek;
import io.millrace.protocol.stream.message.StartOffset;
import io.millrace.protocol.stream.message.Subscribe;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A start position as the fields of a message. */
record StartFields(
    String start,
    List<StartOffset> offsets,
    @Nullable Long timestampMs,
    @Nullable String resumeToken,
    @Nullable Long lastRecords) {
  static StartFields of(StartPosition position) {
    if (position instanceof StartPosition.Offsets given) {
      List<StartOffset> offsets = new ArrayList<>();
      given
          .offsets()
          .forEach(
              (partition, offset) ->
                  offsets.add(
                      new StartOffset(partition.topic().value(), partition.partition(), offset)));
      return new StartFields("offsets", offsets, null, null, null);
    }
    if (position instanceof StartPosition.Timestamp timestamp) {
      return new StartFields("timestamp", List.of(), timestamp.timestampMs(), null, null);
    }
    if (position instanceof StartPosition.Resume resume) {
      return new StartFields("resume", List.of(), null, resume.token(), null);
    }
    if (position instanceof StartPosition.Last last) {
      return new StartFields("last", List.of(), null, null, last.records());
    }
    String word = position instanceof StartPosition.Earliest ? "earliest" : "latest";
    return new StartFields(word, List.of(), null, null, null);
  }

  Subscribe subscribe(
      int streamId, Subscription wanted, OffsetReset reset, CreditWindow.Grant credit) {
    return Subscribe.newBuilder()
        .setStreamId(streamId)
        .setTopics(wanted.topics())
        .setPattern(wanted.pattern())
        .setPartitions(wanted.partitions())
        .setStart(start)
        .setOffsets(offsets)
        .setTimestampMs(timestampMs)
        .setResumeToken(resumeToken)
        .setLastRecords(lastRecords)
        .setCreditRecords(credit.records())
        .setCreditBytes(credit.bytes())
        .setOnSlow(wanted.skipsWhenSlow() ? "skip" : "wait")
        .setOnOutOfRange(
            reset == OffsetReset.NONE ? "error" : reset.name().toLowerCase(Locale.ROOT))
        .build();
  }

  Seek seek(long requestId, int streamId) {
    return new Seek(requestId, streamId, start, offsets, timestampMs, resumeToken, lastRecords);
  }
}
