package io.millrace.log.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.AppendOutcome.Duplicate;
import io.millrace.log.AppendOutcome.Refused;
import io.millrace.log.Batches;
import io.millrace.log.LogTask;
import io.millrace.log.ManualTime;
import io.millrace.log.NioDisk;
import io.millrace.log.PartitionLog.TimestampOffset;
import io.millrace.log.ReadOutcome;
import io.millrace.log.inspect.Entry;
import io.millrace.log.inspect.LogInspector;
import io.millrace.model.ErrorCode;
import io.millrace.record.BatchHeader;
import io.millrace.record.CompressionType;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.record.internal.FileLogInputStream.FileChannelRecordBatch;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class CompactionTest {
  private static final long DELETE_RETENTION_MS = 1_000;

  @TempDir Path directory;
  private final ManualTime time = new ManualTime();

  private KeyedLog log(String... settings) {
    Map<String, String> more = new HashMap<>();
    for (int i = 0; i < settings.length; i += 2) {
      more.put(settings[i], settings[i + 1]);
    }
    more.putIfAbsent("delete.retention.ms", Long.toString(DELETE_RETENTION_MS));
    return new KeyedLog(new NioDisk(), directory, time, more);
  }

  @ParameterizedTest
  @EnumSource(CompressionType.class)
  void shouldKeepTheLastRecordOfEachKeyAtItsOffset(CompressionType compression) {
    // given
    KeyedLog log = log();
    log.append(compression, -1, -1, "a=1", "b=1", "c=1");
    log.append(compression, -1, -1, "a=2");
    log.append(compression, -1, -1, "b=2", "d=1", "b=3");
    log.roll();
    // when
    log.compact();
    // then
    assertThat(log.readFrom(0)).containsExactly("2:c=1", "3:a=2", "5:d=1", "6:b=3");
    log.reopen();
    assertThat(log.readFrom(0)).containsExactly("2:c=1", "3:a=2", "5:d=1", "6:b=3");
  }

  @Test
  void shouldLookForWorkAgainOnceMoreIsDurable() {
    // given
    KeyedLog log = log();
    log.append("a=1");
    CompactionDriver driver =
        new CompactionDriver(log.log(), Long.MAX_VALUE, 1 << 20, 1 << 20, time.monotonicNanos());
    assertThat(driver.step()).isFalse();
    log.append("a=2");
    log.roll();
    assertThat(driver.step()).as("it waits for log.cleaner.backoff.ms").isFalse();
    // when
    driver.compactor().limitsMoved(time.monotonicNanos());
    // then
    assertThat(driver.step()).isTrue();
  }

  @Test
  void shouldServeTheNextRecordToWhoReadsWhereNoneIsLeft() {
    // given
    KeyedLog log = log();
    log.append("a=1");
    log.append("b=1");
    log.append("a=2");
    log.roll();
    log.append("b=2");
    log.roll();
    log.compact();
    // when
    ReadOutcome outcome = Batches.read(log.log(), 0, 1 << 20, Long.MAX_VALUE);
    // then
    ByteBuffer bytes = Batches.bytesOf(((ReadOutcome.Batches) outcome).slice());
    assertThat(BatchHeader.baseOffset(bytes, 0)).isEqualTo(2);
    assertThat(log.readFrom(1)).first().isEqualTo("2:a=2");
  }

  @Test
  void shouldKeepATombstoneForItsTimeAndThenTakeItAway() {
    // given
    KeyedLog log = log();
    log.append("a=1", "b=1");
    log.append("a");
    log.roll();
    log.compact();
    assertThat(log.readFrom(0)).containsExactly("1:b=1", "2:a");
    // when
    time.advanceMs(DELETE_RETENTION_MS - 1);
    log.compact();
    // then
    assertThat(log.readFrom(0)).containsExactly("1:b=1", "2:a");
    log.reopen(); // When the tombstone may go is written down.
    time.advanceMs(1);
    log.compact();
    assertThat(log.readFrom(0)).containsExactly("1:b=1");
  }

  @Test
  void shouldLeaveTheActiveSegmentAndWhatIsNotCommittedAlone() {
    // given
    KeyedLog log = log();
    log.append("a=1", "a=2");
    log.roll();
    long limit = 1; // In the middle of the first segment.
    log.append("a=3");
    log.roll();
    log.append("a=4", "a=5");
    // when
    CompactionDriver driver =
        new CompactionDriver(log.log(), limit, 1 << 20, 1 << 20, time.monotonicNanos());
    while (driver.step()) {
      continue;
    }
    // then
    assertThat(log.readFrom(0)).hasSize(5).last().asString().endsWith("a=5");
    log.compact();
    assertThat(log.readFrom(0)).hasSize(3).first().asString().endsWith("a=3");
  }

  @Test
  void shouldLeaveYoungSegmentsAlone() {
    // given
    KeyedLog log = log("min.compaction.lag.ms", "5000");
    log.append("a=1", "a=2");
    log.roll();
    time.advanceMs(4_999);
    log.compact();
    assertThat(log.readFrom(0)).hasSize(2);
    // when
    time.advanceMs(1);
    log.compact();
    // then
    assertThat(log.readFrom(0)).containsExactly("1:a=2");
  }

  @Test
  void shouldCompactWhatWaitedForTooLong() {
    // given
    KeyedLog log = log("min.cleanable.dirty.ratio", "1.0", "max.compaction.lag.ms", "5000");
    log.append("a=1", "b=" + "x".repeat(2_000));
    log.roll();
    log.compact();
    log.append("a=2", "a=3");
    log.roll();
    log.compact();
    assertThat(log.readFrom(3)).hasSize(2);
    // when
    time.advanceMs(5_001);
    log.compact();
    // then
    assertThat(log.readFrom(0)).hasSize(2).last().asString().endsWith("a=3");
  }

  @Test
  void shouldMakeOneSegmentOfManySmallOnes() {
    // given
    KeyedLog log = log();
    for (int i = 0; i < 10; i++) {
      log.append("a=" + i, "b" + i + "=1");
      log.roll();
    }
    long sizeBefore = log.log().sizeBytes();
    // when
    log.compact();
    // then
    assertThat(log.log().segments()).hasSize(2);
    assertThat(log.log().sizeBytes()).isLessThan(sizeBefore / 2);
    assertThat(log.readFrom(0)).hasSize(11);
    log.reopen();
    assertThat(log.readFrom(0)).hasSize(11);
  }

  @Test
  void shouldKnowEveryProducerFromTheLogAlone() throws IOException {
    // given
    KeyedLog log = log();
    for (int i = 0; i < 7; i++) {
      log.append(CompressionType.NONE, 9, i, "a=" + i);
    }
    log.append("a=last");
    log.roll();
    log.compact();
    log.append("b=1", "b=2");
    log.roll();
    log.compact(); // Headers without records, now.
    try (var files = Files.list(directory)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".producers")).toList()) {
        Files.delete(file);
      }
    }
    // when
    log.reopenWithoutAnyCheckpoint();
    // then
    for (int i = 2; i < 7; i++) {
      assertThat(log.append(CompressionType.NONE, 9, i, "a=" + i))
          .isEqualTo(new Duplicate(i, i, -1));
    }
    assertThat(((Refused) log.append(CompressionType.NONE, 9, 8, "a=8")).error())
        .isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    assertThat(log.readFrom(0)).first().isEqualTo("7:a=last");
  }

  @Test
  void shouldTakeSeveralPassesIfTheKeysDoNotFit() {
    // given
    KeyedLog log = log();
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 500; i++) {
        log.append("key-" + i + "=" + round);
      }
    }
    log.roll();
    // when
    CompactionDriver driver =
        new CompactionDriver(
            log.log(), log.log().durableEndOffset(), 4096, 5_000, time.monotonicNanos());
    while (driver.step()) {
      continue;
    }
    // then
    assertThat(log.readFrom(0)).hasSize(500).allSatisfy(r -> assertThat(r).endsWith("=1"));
  }

  @Test
  void shouldServeThoseWhoWereReadingMeanwhile() throws IOException {
    // given
    KeyedLog log = log("segment.bytes", "1024");
    log.append("a=1", "b=1");
    log.append("a=2");
    log.roll();
    log.reopen();
    ReadOutcome.Batches held =
        (ReadOutcome.Batches) Batches.read(log.log(), 0, 1 << 20, Long.MAX_VALUE);
    LogTask<ReadOutcome> begun =
        ((ReadOutcome.Cold) log.log().read(2, 1 << 20, Long.MAX_VALUE)).task();
    LogTask<Optional<TimestampOffset>> search = log.log().offsetForTimestamp(0);
    // when
    log.compact();
    // then
    assertThat(Batches.recordsIn(Batches.bytesOf(held.slice())).get(0).offset()).isZero();
    ReadOutcome.Batches later = (ReadOutcome.Batches) begun.run();
    assertThat(Batches.recordsIn(Batches.bytesOf(later.slice())).get(0).offset()).isEqualTo(2);
    assertThat(search.run().orElseThrow().offset()).isEqualTo(1);
  }

  @Test
  void shouldFindTimesInWhatIsLeft() {
    // given
    KeyedLog log = log();
    long first = time.wallClockMs();
    log.append("a=1");
    time.advanceMs(10);
    log.append("b=1");
    time.advanceMs(10);
    log.append("a=2");
    log.roll();
    // when
    log.compact();
    // then
    assertThat(offsetAt(log, first)).isEqualTo(1);
    assertThat(offsetAt(log, first + 11)).isEqualTo(2);
  }

  private static long offsetAt(KeyedLog log, long timestampMs) {
    return Batches.run(log.log().offsetForTimestamp(timestampMs)).orElseThrow().offset();
  }

  @Test
  void shouldLeaveADamagedLogAsItIsAndSayWhy() throws IOException {
    // given
    KeyedLog log = log();
    log.append("a=1", "a=2");
    log.roll();
    Path segment = log.log().segments().get(0).log();
    try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
      file.seek(65);
      file.write(0x55);
    }
    byte[] before = Files.readAllBytes(segment);
    CompactionDriver driver =
        new CompactionDriver(
            log.log(), log.log().endOffset(), 1 << 20, 1 << 20, time.monotonicNanos());
    // when
    while (driver.step()) {
      continue;
    }
    // then
    assertThat(driver.whyNot().orElseThrow()).contains("offset 0").contains("CRC");
    assertThat(log.log().damage()).isPresent();
    assertThat(Files.readAllBytes(segment)).isEqualTo(before);
  }

  @Test
  void shouldWriteDownHowFarItCame() throws IOException {
    // given
    KeyedLog log = log();
    log.append("a=1", "a");
    log.roll();
    log.compact();
    List<Entry> entries = new ArrayList<>();
    // when
    new LogInspector(new NioDisk(), false).inspect(directory, entries::add);
    // then
    long horizon = time.wallClockMs() + DELETE_RETENTION_MS;
    assertThat(entries).contains(new Entry.Compacted(2, horizon));
    assertThat(entries).noneMatch(entry -> entry instanceof Entry.Damage);
  }

  @Test
  void shouldLeaveSegmentsThatKafkaReads() throws IOException {
    // given
    KeyedLog log = log();
    long now = time.wallClockMs();
    log.append(CompressionType.NONE, 9, 0, "a=1");
    log.append("b=1");
    log.append("c=1");
    log.append(CompressionType.ZSTD, -1, -1, "b=2", "a");
    log.append("c=2");
    log.roll();
    log.compact();
    // when
    List<Long> offsets = new ArrayList<>();
    List<Long> horizons = new ArrayList<>();
    try (FileRecords records =
        FileRecords.open(log.log().segments().get(0).log().toFile(), false)) {
      for (FileChannelRecordBatch batch : records.batches()) {
        batch.ensureValid();
        batch.deleteHorizonMs().ifPresent(horizons::add);
        for (Record found : batch) {
          assertThat(found.timestamp()).isEqualTo(now);
          offsets.add(found.offset());
        }
      }
    }
    // then
    assertThat(offsets).containsExactly(3L, 4L, 5L);
    assertThat(horizons).containsExactly(now + DELETE_RETENTION_MS);
  }

  @Test
  void shouldRefuseRecordsWithoutAKey() {
    // given
    KeyedLog log = log();
    // when
    Refused refused = (Refused) log.log().append(Batches.of(time.wallClockMs(), "value"), 0);
    // then
    assertThat(refused.error()).isEqualTo(ErrorCode.INVALID_RECORD);
    assertThat(refused.reason()).contains("record 0").contains("no key").contains("cleanup.policy");
    assertThat(log.log().endOffset()).isZero();
  }

  @Test
  void shouldRefuseADeleteHorizonOfAClient() {
    // given
    KeyedLog log = log();
    ByteBuffer batch = KeyedLog.batch(CompressionType.NONE, -1, -1, time.wallClockMs(), "a");
    batch.putShort(21, (short) 0x40);
    BatchHeader.updateCrc(batch, 0);
    // when
    Refused refused = (Refused) log.log().append(batch, 0);
    // then
    assertThat(refused.reason()).contains("delete horizon");
  }

  @Test
  void shouldDeleteByTimeOnlyIfThePolicySaysSo() {
    // given
    KeyedLog compacted = log("retention.ms", "100");
    compacted.append("a=1");
    compacted.roll();
    time.advanceMs(1_000);
    // when
    Batches.run(compacted.log().enforceRetention(time.wallClockMs(), Long.MAX_VALUE));
    // then
    assertThat(compacted.readFrom(0)).containsExactly("0:a=1");
    Batches.run(compacted.log().close());
    KeyedLog both = log("retention.ms", "100", "cleanup.policy", "compact,delete");
    both.compact();
    Batches.run(both.log().enforceRetention(time.wallClockMs(), Long.MAX_VALUE));
    assertThat(both.log().startOffset()).isPositive();
  }
}
