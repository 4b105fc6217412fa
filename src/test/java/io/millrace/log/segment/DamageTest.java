package io.millrace.log.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.AppendOutcome.Appended;
import io.millrace.log.AppendOutcome.Refused;
import io.millrace.log.Batches;
import io.millrace.log.ManualTime;
import io.millrace.log.PartitionLog;
import io.millrace.log.ReadOutcome;
import io.millrace.log.simulation.SimulatedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** No damaged byte is ever served, and a torn tail never costs more than itself. */
class DamageTest {
  private static final Path DIRECTORY = Path.of("/data/flights-3");
  private static final Path SEGMENT = DIRECTORY.resolve("00000000000000000000.log");
  private static final int BATCHES = 6;

  private final ManualTime time = new ManualTime();

  private SimulatedDisk diskWithLog(boolean closed) {
    SimulatedDisk disk = new SimulatedDisk();
    SegmentedLog log = logs(disk).open();
    for (int i = 0; i < BATCHES; i++) {
      log.append(
          Batches.idempotent(time.wallClockMs(), 9, (short) 0, 2 * i, "a" + i, "b" + i), i / 2);
    }
    Batches.flush(log);
    if (closed) {
      Batches.run(log.close());
    }
    return disk;
  }

  private Logs logs(SimulatedDisk disk) {
    return Logs.on(disk, DIRECTORY, time).with("index.interval.bytes", "0");
  }

  private static byte[] bytes(SimulatedDisk disk) throws IOException {
    return disk.bytes(SEGMENT);
  }

  @Test
  void shouldNeverServeAFlippedBitAfterACleanStop() throws IOException {
    // given
    byte[] good = bytes(diskWithLog(true));
    for (int position = 0; position < good.length; position++) {
      SimulatedDisk disk = diskWithLog(true);
      disk.flipByte(SEGMENT, position);

      // when
      PartitionLog log = logs(disk).after(LastStop.CLEAN, 2 * BATCHES).open();
      int served = serveAll(log, good);

      // then
      assertThat(served).as("batches served, byte %d flipped", position).isEqualTo(BATCHES - 1);
      assertThat(log.damage()).as("byte %d flipped", position).isPresent();
    }
  }

  @Test
  void shouldNeverServeAFlippedBitAfterAKill() throws IOException {
    // given
    byte[] good = bytes(diskWithLog(false));
    int lastBatch = good.length - good.length / BATCHES;
    for (int position = 0; position < good.length; position++) {
      if (position >= lastBatch + 12 && position < lastBatch + 16) {
        continue; // Nothing contradicts the leader epoch of the last batch, if it is a later one.
      }
      for (long recoveryPoint = 0; recoveryPoint <= 2 * BATCHES; recoveryPoint += 6) {
        SimulatedDisk disk = diskWithLog(false);
        disk.flipByte(SEGMENT, position);

        // when
        PartitionLog log = logs(disk).after(LastStop.PROCESS_DIED, recoveryPoint).open();
        int served = serveAll(log, good);

        // then
        assertThat(served).as("batches served, byte %d", position).isLessThan(BATCHES);
        boolean reported = log.damage().isPresent();
        boolean looksTorn = position >= lastBatch;
        assertThat(reported || looksTorn).as("byte %d reported", position).isTrue();
      }
    }
  }

  /** Reads each batch by its offset, compares it with the good one, and counts those served. */
  private static int serveAll(PartitionLog log, byte[] good) {
    int served = 0;
    for (long offset = 0; offset < log.endOffset(); offset += 2) {
      ReadOutcome outcome = Batches.read(log, offset, 1, Long.MAX_VALUE);
      if (outcome instanceof ReadOutcome.Batches batches) {
        ByteBuffer bytes = Batches.bytesOf(batches.slice());
        int size = good.length / BATCHES;
        ByteBuffer expected = ByteBuffer.wrap(good).slice((int) (offset / 2) * size, size);
        assertThat(bytes).isEqualTo(expected);
        served++;
      } else {
        assertThat(outcome).isInstanceOf(ReadOutcome.Damaged.class);
      }
    }
    return served;
  }

  @ParameterizedTest
  @EnumSource(names = {"PROCESS_DIED", "MACHINE_DIED"})
  void shouldCutATornTailAtWhateverByte(LastStop stop) throws IOException {
    // given
    byte[] good = bytes(diskWithLog(false));
    int size = good.length / BATCHES;
    for (int length = 0; length <= good.length; length++) {
      SimulatedDisk disk = diskWithLog(false);
      disk.open(SEGMENT, true).truncate(length);

      // when
      SegmentedLog log = logs(disk).after(stop, 0).open();

      // then
      int whole = length / size;
      assertThat(log.damage()).as("length %d", length).isEmpty();
      assertThat(log.endOffset()).as("length %d", length).isEqualTo(2L * whole);
      assertThat(log.durableEndOffset()).isEqualTo(log.endOffset());
      assertThat(bytes(disk)).hasSize(whole * size);
      assertThat(log.latestEpoch()).isEqualTo(whole == 0 ? -1 : (whole - 1) / 2);
      assertThat(log.append(next(whole), 3)).isInstanceOf(Appended.class);
      assertThat(Batches.valuesFrom(log, 0)).hasSize(2 * whole + 1);
    }
  }

  private ByteBuffer next(int wholeBatches) {
    return Batches.idempotent(time.wallClockMs(), 9, (short) 0, 2 * wholeBatches, "next");
  }

  @Test
  void shouldReportWhatIsMissingBelowTheRecoveryPoint() throws IOException {
    // given
    SimulatedDisk disk = diskWithLog(false);
    disk.open(SEGMENT, true).truncate(100);

    // when
    SegmentedLog log = logs(disk).after(LastStop.MACHINE_DIED, 12).open();

    // then
    assertThat(log.damage()).isPresent();
    assertThat(log.append(Batches.of(time.wallClockMs(), "x"), 9)).isInstanceOf(Refused.class);
  }

  @Test
  void shouldServeWhatAnIndexFullOfNonsenseHides() throws IOException {
    // given
    byte[] good = bytes(diskWithLog(true));
    Path index = DIRECTORY.resolve("00000000000000000000.index");
    int indexBytes = diskWithLog(true).bytes(index).length;
    assertThat(indexBytes).isGreaterThan(16);
    for (int position = 0; position < indexBytes; position++) {
      SimulatedDisk disk = diskWithLog(true);
      disk.flipByte(index, position);

      // when
      PartitionLog log = logs(disk).after(LastStop.CLEAN, 2 * BATCHES).open();

      // then
      assertThat(log.endOffset()).as("byte %d", position).isEqualTo(2 * BATCHES);
      assertThat(serveAll(log, good)).as("byte %d", position).isEqualTo(BATCHES);
    }
  }

  @Test
  void shouldRebuildTheSameIndexesWhateverIsLeftOfThem() throws IOException {
    // given
    List<String> names = List.of("00000000000000000000.index", "00000000000000000000.timeindex");
    SimulatedDisk untouched = diskWithLog(true);
    for (int keep = 0; keep <= 40; keep += 4) {
      SimulatedDisk disk = diskWithLog(true);
      for (String name : names) {
        disk.open(DIRECTORY.resolve(name), true).truncate(keep);
      }

      // when
      SegmentedLog log = logs(disk).after(LastStop.MACHINE_DIED, 0).open();
      Batches.run(log.close());

      // then
      for (String name : names) {
        assertThat(disk.bytes(DIRECTORY.resolve(name)))
            .as("%s after %d bytes of it were left", name, keep)
            .isEqualTo(untouched.bytes(DIRECTORY.resolve(name)));
      }
    }
  }

  @Test
  void shouldCutAHoleAndAllBehindItWhenTheMachineDied() throws IOException {
    // given
    SimulatedDisk disk = diskWithLog(false);
    int size = bytes(disk).length / BATCHES;
    for (int i = 0; i < 200; i++) {
      disk.flipByte(SEGMENT, 3 * size + 70 + i % 20);
    }
    disk.flipByte(SEGMENT, 3 * size + 70);

    // when
    SegmentedLog log = logs(disk).after(LastStop.MACHINE_DIED, 4).open();

    // then
    assertThat(log.damage()).isEmpty();
    assertThat(log.endOffset()).isEqualTo(6);
    assertThat(Batches.valuesFrom(log, 0)).hasSize(6);
  }

  @Test
  void shouldKeepTheEpochsOfWhatItKeeps() {
    // given
    SimulatedDisk disk = diskWithLog(false);
    List<Long> ends = new ArrayList<>();

    // when
    SegmentedLog log = logs(disk).after(LastStop.PROCESS_DIED, 5).open();
    for (int epoch = 0; epoch < 3; epoch++) {
      ends.add(log.endOfEpoch(epoch).endOffset());
    }

    // then
    assertThat(ends).containsExactly(4L, 8L, 12L);
  }
}
