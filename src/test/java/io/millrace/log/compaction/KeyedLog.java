package io.millrace.log.compaction;

import io.millrace.log.AppendOutcome;
import io.millrace.log.Batches;
import io.millrace.log.Disk;
import io.millrace.log.ManualTime;
import io.millrace.log.ReadOutcome;
import io.millrace.log.segment.LastStop;
import io.millrace.log.segment.LogLimits;
import io.millrace.log.segment.OpenRequest;
import io.millrace.log.segment.SegmentedLog;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.config.TopicSettings;
import io.millrace.record.CompressionType;
import io.millrace.record.LogRecord;
import io.millrace.record.RecordBatchBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A compacted log for tests: records are written as {@code key=value}, a tombstone as {@code key}.
 */
final class KeyedLog {
  private final Disk disk;
  private final Path directory;
  private final ManualTime time;
  private final Map<String, String> settings = new HashMap<>();
  private SegmentedLog log;

  KeyedLog(Disk disk, Path directory, ManualTime time, Map<String, String> more) {
    this.disk = disk;
    this.directory = directory;
    this.time = time;
    settings.put("cleanup.policy", "compact");
    settings.put("min.cleanable.dirty.ratio", "0.0");
    settings.put("index.interval.bytes", "100");
    settings.putAll(more);
    log = open(LastStop.CLEAN, OpenRequest.UNKNOWN_OFFSET);
  }

  private SegmentedLog open(LastStop stop, long recoveryPoint) {
    try {
      return SegmentedLog.open(
          new OpenRequest(
              disk,
              directory,
              new TopicPartition(new TopicName("flights"), 3),
              new TopicId(1, 2),
              TopicSettings.of(settings),
              LogLimits.DEFAULTS,
              time,
              stop,
              recoveryPoint,
              OpenRequest.UNKNOWN_OFFSET));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  SegmentedLog log() {
    return log;
  }

  /** One batch of these records. */
  AppendOutcome append(String... records) {
    return append(CompressionType.NONE, -1, -1, records);
  }

  AppendOutcome append(
      CompressionType compression, long producerId, int sequence, String... records) {
    return log.append(batch(compression, producerId, sequence, time.wallClockMs(), records), 0);
  }

  static ByteBuffer batch(
      CompressionType compression,
      long producerId,
      int sequence,
      long timestampMs,
      String... records) {
    RecordBatchBuilder builder = new RecordBatchBuilder(compression, 128);
    builder.producer(producerId, (short) (producerId < 0 ? -1 : 0), sequence);
    for (String record : records) {
      int at = record.indexOf('=');
      byte[] key = utf8(at < 0 ? record : record.substring(0, at));
      builder.append(timestampMs, key, at < 0 ? null : utf8(record.substring(at + 1)), List.of());
    }
    return builder.build();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Begins a new segment, and makes all before it durable. */
  void roll() {
    int before = log.segments().size();
    log.configure(TopicSettings.of(settings).with(Map.of("segment.bytes", "1024")));
    while (log.segments().size() == before) {
      append("filler=" + "x".repeat(900));
    }
    log.configure(TopicSettings.of(settings));
    Batches.flush(log);
  }

  void compact() {
    CompactionDriver.compact(log, time.monotonicNanos());
  }

  void reopen() {
    Batches.run(log.close());
    log = open(LastStop.CLEAN, log.endOffset());
  }

  void reopenWithoutAnyCheckpoint() {
    log = open(LastStop.PROCESS_DIED, OpenRequest.UNKNOWN_OFFSET);
  }

  /** What a reader from the offset sees, as {@code offset:key=value}, without fillers. */
  List<String> readFrom(long offset) {
    List<String> seen = new ArrayList<>();
    long next = offset;
    while (next < log.endOffset()) {
      ReadOutcome.Batches found =
          (ReadOutcome.Batches) Batches.read(log, next, 1 << 20, Long.MAX_VALUE);
      next = found.slice().nextOffset();
      for (LogRecord record : Batches.recordsIn(Batches.bytesOf(found.slice()))) {
        String key = text(record.key());
        if (record.offset() >= offset && !key.equals("filler")) {
          seen.add(
              record.offset()
                  + ":"
                  + key
                  + (record.value() == null ? "" : "=" + text(record.value())));
        }
      }
    }
    return seen;
  }

  private static String text(@Nullable ByteBuffer bytes) {
    return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
  }
}
