package io.millrace.log.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.AppendOutcome;
import io.millrace.log.Batches;
import io.millrace.log.ManualTime;
import io.millrace.log.ReadOutcome;
import io.millrace.log.simulation.SimulatedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A log whose damage is cut away and that is filled up again is the log that it was. */
class DamageCutTest {
  private static final Path DIRECTORY = Path.of("/data/flights-3");
  private static final int BATCHES = 30;
  private static final long MIDDLE = 14;

  private final ManualTime time = new ManualTime();

  private Logs logs(SimulatedDisk disk) {
    return Logs.on(disk, DIRECTORY, time).with("segment.bytes", "1024").with(Logs.allCold());
  }

  /** Batches of one record each, several segments. */
  private SegmentedLog filled(SimulatedDisk disk) {
    SegmentedLog log = logs(disk).open();
    for (int i = 0; i < BATCHES; i++) {
      log.append(
          Batches.idempotent(time.wallClockMs(), 9, (short) 0, i, "a value of some size " + i),
          i / 10);
    }
    Batches.flush(log);
    return log;
  }

  private static Path segmentWith(SegmentedLog log, long offset) {
    return SegmentFiles.log(DIRECTORY, baseOf(log, offset));
  }

  private static long baseOf(SegmentedLog log, long offset) {
    return log.segments().stream()
        .mapToLong(SegmentFacts::baseOffset)
        .filter(base -> base <= offset)
        .max()
        .orElseThrow();
  }

  private static Map<Long, ByteBuffer> files(SimulatedDisk disk, SegmentedLog log)
      throws IOException {
    Map<Long, ByteBuffer> files = new TreeMap<>();
    for (SegmentFacts segment : log.segments()) {
      Path path = SegmentFiles.log(DIRECTORY, segment.baseOffset());
      files.put(segment.baseOffset(), ByteBuffer.wrap(disk.bytes(path)));
    }
    return files;
  }

  private static void refill(SegmentedLog log, SegmentedLog from) {
    while (log.endOffset() < from.endOffset()) {
      ByteBuffer batches =
          Batches.bytesOf(
              ((ReadOutcome.Batches) Batches.read(from, log.endOffset(), 1, Long.MAX_VALUE))
                  .slice());
      assertThat(log.appendAsFollower(batches, 9)).isInstanceOf(AppendOutcome.Appended.class);
    }
  }

  @Test
  void shouldCutFromTheDamagedSegmentOnThatAReaderFound() throws IOException {
    // given
    SimulatedDisk otherDisk = new SimulatedDisk();
    SegmentedLog whole = filled(otherDisk);
    SimulatedDisk disk = new SimulatedDisk();
    SegmentedLog log = filled(disk);
    long base = baseOf(log, MIDDLE);
    disk.flipByte(segmentWith(log, MIDDLE), 80);

    // when
    Batches.read(log, base, 1 << 20, Long.MAX_VALUE);
    long damagedFrom = log.damagedFrom().orElseThrow();
    Batches.run(log.cutDamage());
    long end = log.endOffset();
    refill(log, whole);
    Batches.flush(log);

    // then
    assertThat(base).isPositive();
    assertThat(damagedFrom).isEqualTo(base);
    assertThat(end).isEqualTo(base);
    assertThat(log.damage()).isEmpty();
    assertThat(files(disk, log)).isEqualTo(files(otherDisk, whole));
    assertThat(Batches.valuesFrom(log, 0)).hasSize(BATCHES);
  }

  @ParameterizedTest
  @EnumSource(names = {"PROCESS_DIED", "MACHINE_DIED"})
  void shouldCutFromTheDamagedSegmentOnThatRecoveryFound(LastStop stop) throws IOException {
    // given
    SimulatedDisk otherDisk = new SimulatedDisk();
    SegmentedLog whole = filled(otherDisk);
    SimulatedDisk disk = new SimulatedDisk();
    SegmentedLog dead = filled(disk);
    long last = BATCHES - 1;
    long base = baseOf(dead, last);
    disk.flipByte(segmentWith(dead, last), 80);

    // when
    SegmentedLog log = logs(disk).after(stop, BATCHES).open();
    long damagedFrom = log.damagedFrom().orElseThrow();
    Batches.run(log.cutDamage());
    refill(log, whole);
    Batches.run(log.close());
    SegmentedLog again = logs(disk).after(LastStop.CLEAN, BATCHES).open();

    // then
    assertThat(damagedFrom).isEqualTo(base);
    assertThat(again.damage()).isEmpty();
    assertThat(files(disk, again)).isEqualTo(files(otherDisk, whole));
  }

  @Test
  void shouldStartOverWhereAllSegmentsAreGone() {
    // given
    SegmentedLog log = logs(new SimulatedDisk()).after(LastStop.MACHINE_DIED, BATCHES).open();

    // when
    Batches.run(log.cutDamage());
    refill(log, filled(new SimulatedDisk()));

    // then
    assertThat(log.damage()).isEmpty();
    assertThat(log.startOffset()).isZero();
    assertThat(Batches.valuesFrom(log, 0)).hasSize(BATCHES);
  }

  @Test
  void shouldNotCutWhatADiskThatFailedMayHold() {
    // given
    SegmentedLog log = filled(new SimulatedDisk());

    // when
    log.failed(new IOException("EIO"));

    // then
    assertThat(log.damage()).isPresent();
    assertThat(log.damagedFrom()).isEmpty();
  }
}
