package io.millrace.log.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.Batches;
import io.millrace.log.ManualTime;
import io.millrace.log.simulation.SimulatedDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * A disk that fills up while a log is compacted, at every few bytes that the compaction writes: the
 * log stays as it was and can be read, nothing is left lying about, and the compaction is done as
 * soon as there is room.
 */
final class CompactionFullDiskSimulationTest {
  private static final Path DIRECTORY = Path.of("/data/flights-3");
  private static final int STEP_BYTES = 61;

  private final ManualTime time = new ManualTime();
  private SimulatedDisk disk;
  private KeyedLog log;

  private void fill() throws IOException {
    disk = new SimulatedDisk();
    disk.createDirectories(DIRECTORY);
    log = new KeyedLog(disk, DIRECTORY, time, Map.of());
    for (int round = 10; round <= 20; round++) {
      log.append("a=" + round, "b=" + round, "c=" + round, "d=" + round);
      if (round == 15) {
        log.roll();
      }
    }
    log.roll();
  }

  private long usedBytes() throws IOException {
    long used = 0;
    for (String name : disk.list(DIRECTORY)) {
      used += disk.bytes(DIRECTORY.resolve(name)).length;
    }
    return used;
  }

  /** The last record of each key; a compaction must not change it. */
  private Map<String, String> latest() {
    Map<String, String> latest = new TreeMap<>();
    for (String record : log.readFrom(0)) {
      latest.put(record.replaceAll("\\d+:(\\w+).*", "$1"), record);
    }
    return latest;
  }

  @Test
  void shouldLeaveTheLogAsItWasAndGoOnWhenThereIsRoom() throws IOException {
    int waited = 0;
    boolean fits = false;
    for (long free = 0; !fits; free += STEP_BYTES) {
      // given
      fill();
      Map<String, String> before = latest();
      long endOffset = log.log().endOffset();
      disk.setCapacityBytes(usedBytes() + free);

      // when
      log.compact();

      // then
      fits = log.readFrom(0).size() == before.size();
      waited += fits ? 0 : 1;
      assertThat(latest()).as("with %s bytes free", free).isEqualTo(before);
      assertThat(log.log().endOffset()).isEqualTo(endOffset);
      assertNoRest(free);
      if (free % 2 == 0) {
        log.reopenWithoutAnyCheckpoint();
        assertThat(latest()).as("opened with %s bytes free", free).isEqualTo(before);
      }
      disk.setCapacityBytes(Long.MAX_VALUE);
      Batches.flush(log.log());
      log.compact();
      assertThat(log.readFrom(0)).containsExactlyElementsOf(List.copyOf(before.values()));
      assertNoRest(free);
      log.reopen();
      assertThat(latest()).isEqualTo(before);
    }
    assertThat(waited).as("times that the disk was full").isGreaterThan(5);
  }

  private void assertNoRest(long free) throws IOException {
    assertThat(disk.list(DIRECTORY))
        .as("with %s bytes free", free)
        .noneMatch(name -> name.contains("clean") || name.contains("swap"));
  }
}
