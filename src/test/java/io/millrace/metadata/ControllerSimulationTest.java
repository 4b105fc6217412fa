package io.millrace.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * The controller, its brokers and the metadata log together, each run from a seed that is named
 * when it fails; {@code -Dmillrace.simulation.seeds} says how many seeds, {@code
 * -Dmillrace.simulation.first} which is the first.
 */
class ControllerSimulationTest {
  private static final int SEEDS = Integer.getInteger("millrace.simulation.seeds", 200);
  private static final long FIRST = Long.getLong("millrace.simulation.first", 1);

  @Test
  void shouldHoldItsInvariantsAndHealWhateverHappens() {
    int elections = 0;
    for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
      SimulatedCluster cluster = new SimulatedCluster(seed);
      try {
        cluster.run();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
      elections += cluster.elections;
    }
    assertThat(elections).as("something happened").isGreaterThan(SEEDS);
  }
}
