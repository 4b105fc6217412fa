package io.millrace.log.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.AppendOutcome;
import io.millrace.log.AppendOutcome.Appended;
import io.millrace.log.AppendOutcome.Duplicate;
import io.millrace.log.Batches;
import io.millrace.log.ManualTime;
import io.millrace.log.ReadOutcome;
import io.millrace.log.inspect.Entry;
import io.millrace.log.inspect.LogInspector;
import io.millrace.log.segment.LastStop;
import io.millrace.log.segment.LogLimits;
import io.millrace.log.segment.OpenRequest;
import io.millrace.log.segment.SegmentedLog;
import io.millrace.log.simulation.Loss;
import io.millrace.log.simulation.SimulatedDisk;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.config.SettingValues;
import io.millrace.model.config.TopicSettings;
import io.millrace.record.CompressionType;
import io.millrace.record.LogRecord;
import io.millrace.record.RecordBatchBuilder;
import io.millrace.testing.Seeds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A compacted log and, beside it, all that was ever appended to it; random steps are taken on both
 * and compared. The same seed takes the same steps.
 */
final class CompactedLogModel {
  /** A record that was appended; a null value is a tombstone. */
  private record Sent(String key, @Nullable String value, long timestampMs) {}

  /** A batch of an idempotent producer. */
  private record SentBatch(
      long baseOffset,
      long producerId,
      int sequence,
      CompressionType compression,
      List<Sent> records) {
    long nextOffset() {
      return baseOffset + records.size();
    }
  }

  private static final Path DIRECTORY = Path.of("/data/flights-3");
  private static final long DELETE_RETENTION_MS = 300;
  private static final List<Loss> LOSSES =
      List.of(Loss.ALL_DROPPED, Loss.NAMES_DROPPED, Loss.BYTES_DROPPED, Loss.TORN, Loss.TORN_BYTES);

  private final Random random;
  private final int keys;
  private final ManualTime time = new ManualTime();
  private final TreeMap<Long, Sent> sent = new TreeMap<>();
  private final TreeMap<Long, SentBatch> batches = new TreeMap<>();
  private final Map<Long, Long> firstCompactedMs = new HashMap<>();
  private final LogLimits limits;
  private final SettingValues settings;
  private SimulatedDisk disk = new SimulatedDisk();
  private SegmentedLog log;
  private long startOffset;
  private long endOffset;
  private long durable;
  private long checkpointed;
  private int epoch;
  private long firstProducer;
  private int compactions;

  CompactedLogModel(long seed) {
    random = Seeds.random(seed);
    keys = random.nextInt(3) == 0 ? 400 : 12;
    limits = new LogLimits(random.nextInt(3) * 1500L, 1 << 30, 10, 1 << 20);
    settings =
        TopicSettings.of(
            Map.of(
                "cleanup.policy",
                random.nextBoolean() ? "compact" : "compact,delete",
                "delete.retention.ms",
                Long.toString(DELETE_RETENTION_MS),
                "min.cleanable.dirty.ratio",
                "0.0",
                "segment.bytes",
                Integer.toString(1024 << random.nextInt(4)),
                "index.interval.bytes",
                "200"));
    try {
      disk.createDirectories(DIRECTORY);
      disk.syncDirectory(Path.of("/"));
      disk.syncDirectory(Path.of("/data"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    log = opened(LastStop.CLEAN, OpenRequest.UNKNOWN_OFFSET);
  }

  private SegmentedLog opened(LastStop stop, long recoveryPoint) {
    try {
      return SegmentedLog.open(
          new OpenRequest(
              disk,
              DIRECTORY,
              new TopicPartition(new TopicName("flights"), 3),
              new TopicId(1, 2),
              settings,
              limits,
              time,
              stop,
              recoveryPoint,
              startOffset));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int compactions() {
    return compactions;
  }

  /** One random step, then a look at all that can be seen. */
  void step() {
    switch (random.nextInt(16)) {
      case 0, 1, 2, 3, 4, 5 -> appendOnce();
      case 6 -> resend();
      case 7, 8 -> flush();
      case 9, 10 -> compact(Integer.MAX_VALUE);
      case 11 -> compact(random.nextInt(6));
      case 12 -> deleteRecords();
      case 13 -> stopCleanly();
      case 14 -> reopenAfter(LastStop.PROCESS_DIED);
      default -> losePower();
    }
    time.advanceMs(random.nextInt(100));
    check();
  }

  private void appendOnce() {
    if (random.nextInt(12) == 0) {
      epoch++;
    }
    List<Sent> records = new ArrayList<>();
    for (int i = 0; i <= random.nextInt(6); i++) {
      String value =
          random.nextInt(5) == 0 ? null : "v" + (endOffset + i) + "x".repeat(random.nextInt(60));
      records.add(new Sent("key-" + random.nextInt(keys), value, time.wallClockMs()));
    }
    long producer = random.nextInt(4) == 0 ? -1 : firstProducer + random.nextInt(3);
    CompressionType[] types = {CompressionType.NONE, CompressionType.GZIP, CompressionType.LZ4};
    CompressionType type = types[random.nextInt(types.length)];
    SentBatch batch = new SentBatch(endOffset, producer, nextSequence(producer), type, records);
    assertThat(send(batch)).isEqualTo(new Appended(endOffset, batch.nextOffset() - 1, -1));
    batches.put(endOffset, batch);
    records.forEach(record -> sent.put(endOffset++, record));
  }

  private AppendOutcome send(SentBatch batch) {
    RecordBatchBuilder builder = new RecordBatchBuilder(batch.compression, 128);
    if (batch.producerId >= 0) {
      builder.producer(batch.producerId, (short) 0, batch.sequence);
    }
    for (Sent record : batch.records) {
      builder.append(record.timestampMs, bytes(record.key), bytes(record.value), List.of());
    }
    return log.append(builder.build(), epoch);
  }

  private static @Nullable ByteBuffer bytes(@Nullable String text) {
    return text == null ? null : ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private int nextSequence(long producer) {
    for (SentBatch batch : batches.descendingMap().values()) {
      if (batch.producerId == producer) {
        return batch.sequence + batch.records.size();
      }
    }
    return 0;
  }

  /** Each of the last five batches of a producer is a duplicate, whatever became of it. */
  private void resend() {
    long producer = firstProducer + random.nextInt(3);
    int younger = 0;
    for (SentBatch batch : batches.descendingMap().values()) {
      if (batch.producerId == producer && younger++ < 5) {
        assertThat(send(batch))
            .isEqualTo(new Duplicate(batch.baseOffset, batch.nextOffset() - 1, -1));
      }
    }
  }

  private void flush() {
    Batches.flush(log);
    durable = endOffset;
    checkpointed = durable;
  }

  private void compact(int steps) {
    long limit = checkpointed;
    CompactionDriver driver =
        new CompactionDriver(
            log,
            limit,
            random.nextInt(3) == 0 ? 4096 : 1 << 20,
            1 + random.nextInt(2000),
            time.monotonicNanos());
    sent.headMap(limit).keySet().forEach(offset -> firstCompactedMs.putIfAbsent(offset, now()));
    int taken = 0;
    while (taken < steps && driver.step()) {
      taken++;
    }
    assertThat(driver.whyNot()).isEmpty();
    if (steps == Integer.MAX_VALUE) {
      compactions += taken > 0 ? 1 : 0;
    } else if (random.nextBoolean()) {
      driver
          .compactor()
          .remove(new io.millrace.model.PartitionId(new TopicId(1, 2), 3))
          .ifPresent(CompactionDriver::run);
    } else {
      reopenAfter(LastStop.PROCESS_DIED);
    }
  }

  private long now() {
    return time.wallClockMs();
  }

  private void deleteRecords() {
    if (random.nextInt(4) == 0) {
      startOffset += random.nextInt((int) (endOffset - startOffset) + 1);
      Batches.run(log.deleteRecordsBefore(startOffset));
    }
  }

  private void stopCleanly() {
    Batches.run(log.close());
    durable = endOffset;
    checkpointed = durable;
    log = opened(LastStop.CLEAN, endOffset);
  }

  private void reopenAfter(LastStop stop) {
    log = opened(stop, checkpointed);
    assertThat(log.endOffset()).isEqualTo(endOffset);
    durable = endOffset;
  }

  private void losePower() {
    disk = disk.afterPowerLoss(LOSSES.get(random.nextInt(LOSSES.size())), random.nextLong());
    log = opened(LastStop.MACHINE_DIED, checkpointed);
    assertThat(log.endOffset()).isBetween(Math.max(durable, startOffset), endOffset);
    if (startOffset > durable) {
      firstProducer += 10; // Nobody can say how much of the old ones' deleted batches was lost.
    }
    endOffset = log.endOffset();
    sent.tailMap(endOffset, true).clear();
    batches.tailMap(endOffset, true).clear();
    durable = endOffset;
  }

  private void check() {
    assertThat(log.damage()).isEmpty();
    assertThat(log.startOffset()).isEqualTo(startOffset);
    assertThat(log.endOffset()).isEqualTo(endOffset);
    TreeMap<Long, LogRecord> visible = readAll();
    visible.forEach(this::checkRecord);
    checkLatest(visible);
    checkCompacted(visible);
    checkFiles();
  }

  private void checkRecord(long offset, LogRecord found) {
    Sent expected = sent.get(offset);
    assertThat(expected).as("offset %d", offset).isNotNull();
    assertThat(text(found.key())).isEqualTo(expected.key);
    assertThat(text(found.value())).isEqualTo(expected.value);
    assertThat(found.timestampMs()).isEqualTo(expected.timestampMs);
  }

  private static @Nullable String text(@Nullable ByteBuffer bytes) {
    return bytes == null ? null : StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
  }

  /** The last record of each key is there, unless it is a tombstone whose time is over. */
  private void checkLatest(TreeMap<Long, LogRecord> visible) {
    Map<String, Long> latest = new HashMap<>();
    sent.tailMap(startOffset, true).forEach((offset, record) -> latest.put(record.key, offset));
    latest.forEach(
        (key, offset) -> {
          boolean mayBeGone =
              sent.get(offset).value == null
                  && firstCompactedMs.getOrDefault(offset, now()) + DELETE_RETENTION_MS <= now();
          assertThat(visible.containsKey(offset) || mayBeGone).as("%s at %d", key, offset).isTrue();
        });
  }

  /** Below the first dirty offset no key has two records. */
  private void checkCompacted(TreeMap<Long, LogRecord> visible) {
    long firstDirty = log.compactable().progress().firstDirtyOffset();
    List<String> compacted =
        visible.headMap(firstDirty).values().stream().map(found -> text(found.key())).toList();
    assertThat(compacted).doesNotHaveDuplicates();
  }

  private TreeMap<Long, LogRecord> readAll() {
    TreeMap<Long, LogRecord> records = new TreeMap<>();
    long next = startOffset;
    while (next < endOffset) {
      ReadOutcome outcome = Batches.read(log, next, random.nextInt(3000) + 1, endOffset);
      assertThat(outcome).as("at %d", next).isInstanceOf(ReadOutcome.Batches.class);
      ReadOutcome.Batches found = (ReadOutcome.Batches) outcome;
      long end = found.slice().nextOffset();
      assertThat(end).isGreaterThan(next);
      for (LogRecord record : Batches.recordsIn(Batches.bytesOf(found.slice()))) {
        if (record.offset() >= next) {
          records.put(record.offset(), record);
        }
      }
      next = end;
    }
    return records;
  }

  /** What compaction leaves has to be whole, indexes included. */
  private void checkFiles() {
    if (random.nextInt(5) != 0) {
      return;
    }
    Batches.flush(log);
    durable = endOffset;
    try {
      new LogInspector(disk, true)
          .inspect(DIRECTORY, entry -> assertThat(entry).isNotInstanceOf(Entry.Damage.class));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
