package io.millrace.log.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.architecture.SyncCalls;
import io.millrace.log.Disk;
import io.millrace.log.DiskFile;
import io.millrace.log.simulation.CrashPoints.BrokenPromiseError;
import io.millrace.log.simulation.CrashPoints.SyncSite;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The log and its data directory against a machine that stops at any operation. {@code
 * -Dmillrace.simulation.seeds} says how many random losses are tried at each one.
 *
 * <p>The test is tested: each place in the code that syncs a file or a directory is left out in
 * turn, and each time some promise must turn out broken. A place that nobody misses is needless, or
 * not tested.
 */
final class CrashPointSimulationTest {
  private static final int SEEDS = Integer.getInteger("millrace.simulation.seeds", 2);
  private static final int FEW_SEEDS = 4;

  /** Operations after the last one that is left out: looked at first, to be quick. */
  private static final int MOST_ARE_MISSED_WITHIN = 40;

  private static CrashPoints complete;

  @BeforeAll
  static void runWithEverySync() throws IOException {
    complete = new CrashPoints(SEEDS, 1, Long.MAX_VALUE, operation -> false);
    complete.run();
  }

  @Test
  void shouldKeepEveryPromiseWhereverTheMachineStops() {
    // then
    assertThat(complete.restarts).isGreaterThan(1_000);
  }

  @Test
  void shouldMissEverySyncThatIsLeftOut() throws IOException {
    // given
    List<SyncSite> notMissed = new ArrayList<>();
    // when
    for (SyncSite site : complete.syncSites()) {
      if (!isMissed(site, FEW_SEEDS, site.last(), site.last() + MOST_ARE_MISSED_WITHIN)
          && !isMissed(site, FEW_SEEDS, site.first(), Long.MAX_VALUE)
          && !isMissed(site, SEEDS, site.first(), Long.MAX_VALUE)) {
        notMissed.add(site);
      }
    }
    // then
    assertThat(notMissed).isEmpty();
  }

  @Test
  void shouldMissTheSyncsOfALogThatNobodyMadeADirectoryFor() throws IOException {
    // given
    LogCreation creation = new LogCreation(operation -> false);
    creation.run();
    Set<String> own = new TreeSet<>(creation.syncSites);
    complete.syncSites().forEach(site -> own.remove(site.name()));
    // then
    assertThat(own).hasSize(2);
    for (String site : own) {
      LogCreation without = new LogCreation(operation -> operation.site().equals(site));
      assertThatThrownBy(without::run).as(site).isInstanceOf(IOException.class);
    }
  }

  @Test
  void shouldComeToEverySyncOfTheCode() throws IOException {
    // given
    Set<String> inCode =
        SyncCalls.of(
            "io.millrace.log", Set.of(Disk.class, DiskFile.class), SimulatedDisk::syncsOnBehalf);
    // when
    Set<String> seen = new TreeSet<>();
    complete.syncSites().forEach(site -> seen.addAll(CrashPoints.linesOf(site.name())));
    LogCreation creation = new LogCreation(operation -> false);
    creation.run();
    creation.syncSites.forEach(site -> seen.addAll(CrashPoints.linesOf(site)));
    CompactionCrashes compaction = new CompactionCrashes(0, operation -> false);
    compaction.run();
    compaction.syncSites.forEach(site -> seen.addAll(CrashPoints.linesOf(site)));
    // then
    assertThat(seen).isEqualTo(inCode);
  }

  private static boolean isMissed(SyncSite site, int seeds, long firstOperation, long lastOperation)
      throws IOException {
    CrashPoints without =
        new CrashPoints(
            seeds,
            firstOperation,
            lastOperation,
            operation -> operation.site().equals(site.name()));
    try {
      without.run();
      return false;
    } catch (BrokenPromiseError missed) {
      return true;
    }
  }
}
