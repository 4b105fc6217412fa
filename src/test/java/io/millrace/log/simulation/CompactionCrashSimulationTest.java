package io.millrace.log.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.simulation.CrashPoints.BrokenPromiseError;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Compaction against a machine that stops at any operation; and each place that syncs meanwhile is
 * left out in turn, and has to be missed. {@code -Dmillrace.simulation.seeds} says how many random
 * losses are tried at each operation.
 */
final class CompactionCrashSimulationTest {
  private static final int SEEDS = Integer.getInteger("millrace.simulation.seeds", 4);

  @Test
  void shouldKeepTheLastRecordOfEachKeyWhereverTheMachineStops() throws IOException {
    // given
    CompactionCrashes crashes = new CompactionCrashes(SEEDS, operation -> false);
    // when
    crashes.run();
    // then
    assertThat(crashes.restarts).isGreaterThan(300);
  }

  @Test
  void shouldMissEverySyncThatIsLeftOut() throws IOException {
    // given
    CompactionCrashes complete = new CompactionCrashes(SEEDS, operation -> false);
    complete.run();
    List<String> sites =
        complete.syncSites.stream().filter(CompactionCrashSimulationTest::isOwn).toList();
    List<String> notMissed = new ArrayList<>();
    // when
    for (String site : sites) {
      CompactionCrashes without =
          new CompactionCrashes(3 * SEEDS, operation -> operation.site().equals(site));
      try {
        without.run();
        notMissed.add(site);
      } catch (BrokenPromiseError missed) {
        continue;
      }
    }
    // then
    assertThat(sites).hasSizeGreaterThanOrEqualTo(7);
    assertThat(notMissed).isEmpty();
  }

  /** Recovery's own are left out elsewhere. */
  private static boolean isOwn(String site) {
    return site.contains("SegmentSwap.")
        || site.contains("SegmentWriter.")
        || site.contains("CompactionCheckpoint.");
  }
}
