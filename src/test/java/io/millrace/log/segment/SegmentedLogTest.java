package io.millrace.log.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.log.AppendOutcome.Appended;
import io.millrace.log.AppendOutcome.Duplicate;
import io.millrace.log.AppendOutcome.Refused;
import io.millrace.log.Batches;
import io.millrace.log.LogTask;
import io.millrace.log.ManualTime;
import io.millrace.log.ReadOutcome;
import io.millrace.log.simulation.SimulatedDisk;
import io.millrace.model.ErrorCode;
import io.millrace.record.RecordSlice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.record.internal.FileLogInputStream.FileChannelRecordBatch;
import org.apache.kafka.common.record.internal.FileRecords;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentedLogTest {
  private static final long NO_LIMIT = Long.MAX_VALUE;

  @TempDir Path temporary;
  private final ManualTime time = new ManualTime();
  private Path directory;
  private Logs logs;

  @BeforeEach
  void chooseDirectory() {
    directory = temporary.resolve("flights-3");
    logs = Logs.at(directory, time);
  }

  private void appendSome(SegmentedLog log, int batches) {
    for (int i = 0; i < batches; i++) {
      String value = "value-" + log.endOffset();
      assertThat(log.append(Batches.of(time.wallClockMs(), value, value + "b"), 1))
          .isInstanceOf(Appended.class);
    }
  }

  private static List<String> expectedValues(long from, long to) {
    List<String> values = new ArrayList<>();
    for (long offset = from; offset < to; offset++) {
      values.add("value-" + offset / 2 * 2 + (offset % 2 == 0 ? "" : "b"));
    }
    return values;
  }

  private List<String> names(String suffix) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(suffix))
          .sorted()
          .toList();
    }
  }

  @Test
  void shouldWriteSegmentsThatKafkaReads() throws IOException {
    // given
    SegmentedLog log = logs.open();
    appendSome(log, 50);
    Batches.run(log.close());

    // when
    List<Long> offsets = new ArrayList<>();
    try (FileRecords records =
        FileRecords.open(directory.resolve("00000000000000000000.log").toFile(), false)) {
      for (FileChannelRecordBatch batch : records.batches()) {
        batch.ensureValid();
        batch.forEach(found -> offsets.add(found.offset()));
        assertThat(batch.partitionLeaderEpoch()).isEqualTo(1);
      }
    }

    // then
    assertThat(offsets).hasSize(100).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void shouldRollWhenASegmentIsFullAndReadAcross() throws IOException {
    // given
    SegmentedLog log = logs.with("segment.bytes", "1024").open();

    // when
    appendSome(log, 60);

    // then
    assertThat(names(".log")).hasSizeGreaterThan(4);
    assertThat(log.segments()).allMatch(segment -> segment.sizeBytes() <= 1024);
    assertThat(Batches.valuesFrom(log, 0)).isEqualTo(expectedValues(0, 120));
    assertThat(Batches.valuesFrom(log, 77)).isEqualTo(expectedValues(77, 120));
  }

  @Test
  void shouldRollWhenItsRecordsSpanSegmentMs() {
    // given
    SegmentedLog log = logs.with("segment.ms", "1000").open();
    log.append(Batches.of(time.wallClockMs(), "a"), 0);

    // when
    log.append(Batches.of(time.wallClockMs() + 1000, "b"), 0);
    log.append(Batches.of(time.wallClockMs() + 1001, "c"), 0);

    // then
    assertThat(log.segments()).extracting(SegmentFacts::baseOffset).containsExactly(0L, 2L);
  }

  @Test
  void shouldRollWhenAnIndexIsFull() {
    // given
    SegmentedLog log =
        logs.with("segment.index.bytes", "4096").with("index.interval.bytes", "0").open();

    // when
    for (int i = 0; i < 900; i++) {
      log.append(Batches.of(time.wallClockMs() + i, "v"), 0);
    }

    // then
    assertThat(log.segments()).hasSizeGreaterThan(1);
    assertThat(Batches.valuesFrom(log, 0)).hasSize(900);
  }

  @Test
  void shouldServeHotBytesAtOnceAndOthersThroughATask() {
    // given
    LogLimits limits = new LogLimits(2_000, 1000, 10, 1 << 20);
    SegmentedLog log = logs.with(limits).open();
    for (int i = 0; i < 20; i++) {
      log.append(Batches.sized(time.wallClockMs(), 1, 430), 0);
    }

    // when
    ReadOutcome old = log.read(0, 100, NO_LIMIT);
    ReadOutcome recent = log.read(18, 100, NO_LIMIT);

    // then
    assertThat(old).isInstanceOf(ReadOutcome.Cold.class);
    assertThat(recent).isInstanceOf(ReadOutcome.Batches.class);
    ((ReadOutcome.Batches) recent).slice().release();
    ReadOutcome.Batches warmed = (ReadOutcome.Batches) Batches.run(((ReadOutcome.Cold) old).task());
    assertThat(Batches.recordsIn(Batches.bytesOf(warmed.slice()))).hasSize(1);
  }

  @Test
  void shouldReadColdWhatAnotherProcessWrote() {
    // given
    SegmentedLog first = logs.open();
    appendSome(first, 10);
    Batches.run(first.close());

    // when
    SegmentedLog second = logs.after(LastStop.CLEAN, 20).open();
    appendSome(second, 1);

    // then
    assertThat(second.read(19, 100, NO_LIMIT)).isInstanceOf(ReadOutcome.Cold.class);
    ReadOutcome hot = second.read(20, 100, NO_LIMIT);
    assertThat(hot).isInstanceOf(ReadOutcome.Batches.class);
    ((ReadOutcome.Batches) hot).slice().release();
    assertThat(Batches.valuesFrom(second, 0)).isEqualTo(expectedValues(0, 22));
  }

  @Test
  void shouldRememberEverythingOverACleanStop() {
    // given
    SegmentedLog first = logs.with("segment.bytes", "1024").open();
    appendSome(first, 30);
    first.append(Batches.idempotent(time.wallClockMs(), 9, (short) 2, 0, "p"), 4);
    Batches.run(first.close());

    // when
    SegmentedLog second = logs.with("segment.bytes", "1024").after(LastStop.CLEAN, 61).open();

    // then
    assertThat(second.endOffset()).isEqualTo(61);
    assertThat(second.durableEndOffset()).isEqualTo(61);
    assertThat(second.latestEpoch()).isEqualTo(4);
    assertThat(second.endOfEpoch(1).endOffset()).isEqualTo(60);
    assertThat(second.sizeBytes()).isEqualTo(first.sizeBytes());
    assertThat(second.damage()).isEmpty();
    assertThat(second.append(Batches.idempotent(time.wallClockMs(), 9, (short) 2, 0, "p"), 4))
        .isEqualTo(new Duplicate(60, 60, -1));
  }

  @Test
  void shouldKeepASegmentReadableThatIsDeletedWhileItIsRead() throws IOException {
    // given
    SegmentedLog log = logs.with("segment.bytes", "1024").open();
    appendSome(log, 40);
    Batches.flush(log);
    RecordSlice slice = ((ReadOutcome.Batches) log.read(0, 500, NO_LIMIT)).slice();
    slice.retain();
    long second = log.segments().get(1).baseOffset();

    // when
    Batches.run(log.deleteRecordsBefore(second + 1));

    // then
    assertThat(names(".log")).doesNotContain("00000000000000000000.log");
    assertThat(log.startOffset()).isEqualTo(second + 1);
    ByteBuffer first = Batches.bytesOf(slice);
    assertThat(Batches.recordsIn(first)).isNotEmpty();
    slice.release();
    assertThatThrownBy(() -> slice.read(first, 0)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldFindAColdReadsSegmentGoneAndSaySo() {
    // given
    SegmentedLog log = logs.with("segment.bytes", "1024").with(Logs.allCold()).open();
    appendSome(log, 40);
    Batches.flush(log);
    ReadOutcome.Cold cold = (ReadOutcome.Cold) log.read(0, 500, NO_LIMIT);
    long second = log.segments().get(1).baseOffset();

    // when
    Batches.run(log.deleteRecordsBefore(second));

    // then
    assertThat(Batches.run(cold.task())).isEqualTo(new ReadOutcome.OutOfRange(second, 80));
  }

  @Test
  void shouldDeleteOldSegmentsButNothingAboveTheHighWatermark() {
    // given
    SegmentedLog log = logs.with("segment.bytes", "1024").with("retention.ms", "1000").open();
    appendSome(log, 40);
    Batches.flush(log);
    long third = log.segments().get(2).baseOffset();
    time.advanceMs(1001);

    // when
    Batches.run(log.enforceRetention(time.wallClockMs(), third + 1));

    // then
    assertThat(log.startOffset()).isEqualTo(third);
    Batches.run(log.enforceRetention(time.wallClockMs(), 80));
    assertThat(log.endOffset()).isEqualTo(80);
    Batches.flush(log);
    Batches.run(log.enforceRetention(time.wallClockMs(), 80));
    assertThat(log.startOffset()).isEqualTo(80);
    assertThat(log.sizeBytes()).isZero();
    assertThat(log.append(Batches.of(time.wallClockMs(), "x"), 1))
        .isEqualTo(new Appended(80, 80, -1));
  }

  @Test
  void shouldDeleteTheOldestSegmentsOfALogThatIsTooLarge() {
    // given
    SegmentedLog log = logs.with("segment.bytes", "1024").with("retention.bytes", "3000").open();
    appendSome(log, 60);
    Batches.flush(log);

    // when
    Batches.run(log.enforceRetention(time.wallClockMs(), 120));

    // then
    assertThat(log.sizeBytes()).isBetween(3000L, 4024L);
    assertThat(Batches.valuesFrom(log, log.startOffset()))
        .isEqualTo(expectedValues(log.startOffset(), 120));
  }

  @Test
  void shouldForgetAProducerThatWasSilentTooLong() {
    // given
    SegmentedLog log = logs.with(new LogLimits(1 << 20, 5_000, 10, 1 << 20)).open();
    log.append(Batches.idempotent(time.wallClockMs(), 9, (short) 0, 0, "a"), 0);
    time.advanceMs(5_001);

    // when
    Object outcome = log.append(Batches.idempotent(time.wallClockMs(), 9, (short) 0, 1, "b"), 0);

    // then
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Refused.class, r -> assertThat(r.error()).isEqualTo(ErrorCode.UNKNOWN_PRODUCER_ID));
  }

  @Test
  void shouldRefuseTheDirectoryOfAnotherTopic() {
    // given
    Batches.run(logs.open().close());
    OpenRequest mine = logs.request();
    OpenRequest other =
        new OpenRequest(
            mine.disk(),
            mine.directory(),
            mine.partition(),
            new io.millrace.model.TopicId(7, 7),
            mine.topicSettings(),
            mine.limits(),
            mine.time(),
            mine.lastStop(),
            0,
            0);

    // when // then
    assertThatThrownBy(() -> SegmentedLog.open(other))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("expected " + new io.millrace.model.TopicId(7, 7));
  }

  @Test
  void shouldRefuseWritesWhileTheDiskIsFullAndHeal() {
    // given
    SimulatedDisk disk = new SimulatedDisk();
    SegmentedLog log = Logs.on(disk, Path.of("/data/flights-3"), time).open();
    appendSome(log, 3);
    long sizeBytes = log.sizeBytes();
    disk.setCapacityBytes(sizeBytes + 200);

    // when
    Object refused = log.append(Batches.sized(time.wallClockMs(), 1, 5_000), 1);

    // then
    assertThat(refused)
        .isInstanceOfSatisfying(
            Refused.class, r -> assertThat(r.error()).isEqualTo(ErrorCode.DISK_FULL));
    assertThat(log.sizeBytes()).isEqualTo(sizeBytes);
    assertThat(log.damage()).isEmpty();
    assertThat(Batches.valuesFrom(log, 0)).isEqualTo(expectedValues(0, 6));
    disk.setCapacityBytes(Long.MAX_VALUE);
    appendSome(log, 2);
    Batches.flush(log);
    assertThat(Batches.valuesFrom(log, 0)).isEqualTo(expectedValues(0, 10));
  }

  @Test
  void shouldGoOfflineAtOnceWhenAnFsyncFails() {
    // given
    SimulatedDisk disk = new SimulatedDisk();
    SegmentedLog log = Logs.on(disk, Path.of("/data/flights-3"), time).open();
    appendSome(log, 3);
    disk.failWhen(operation -> operation.kind().isSync());
    LogTask<Long> flush = log.beginFlush();

    // when
    assertThatThrownBy(flush::run).isInstanceOfSatisfying(IOException.class, log::failed);

    // then
    assertThat(log.damage()).isPresent();
    assertThat(log.durableEndOffset()).isZero();
    assertThat(log.append(Batches.of(time.wallClockMs(), "x"), 1))
        .isInstanceOfSatisfying(
            Refused.class, r -> assertThat(r.error()).isEqualTo(ErrorCode.STORAGE_ERROR));
    assertThat(log.read(0, 100, NO_LIMIT)).isInstanceOf(ReadOutcome.Damaged.class);
  }

  @Test
  void shouldOpenAgainOverMissingIndexes() throws IOException {
    // given
    SegmentedLog first = logs.with("index.interval.bytes", "0").open();
    appendSome(first, 50);
    Batches.run(first.close());
    byte[] offsets = Files.readAllBytes(directory.resolve("00000000000000000000.index"));
    byte[] times = Files.readAllBytes(directory.resolve("00000000000000000000.timeindex"));
    Files.delete(directory.resolve("00000000000000000000.index"));
    Files.delete(directory.resolve("00000000000000000000.timeindex"));

    // when
    SegmentedLog second = logs.with("index.interval.bytes", "0").after(LastStop.CLEAN, 100).open();

    // then
    assertThat(directory.resolve("00000000000000000000.index")).hasBinaryContent(offsets);
    assertThat(directory.resolve("00000000000000000000.timeindex")).hasBinaryContent(times);
    assertThat(Batches.valuesFrom(second, 90)).isEqualTo(expectedValues(90, 100));
  }

  @Test
  void shouldTakeNoSegmentsForItsOwnThatDoNotSayWhoseTheyAre() throws IOException {
    // given
    Batches.run(logs.open().close());
    Files.delete(directory.resolve(PartitionMeta.FILE_NAME));

    // then
    assertThatThrownBy(() -> logs.open())
        .hasMessageContaining("holds segments but no partition.meta");
    assertThat(directory.resolve(PartitionMeta.FILE_NAME)).doesNotExist();
  }
}
