package io.millrace.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * The controller, its brokers and the metadata log together, each run from a seed that is named
 * when it fails; {@code -Dsimulation.seeds=N} runs more of them.
 */
class ControllerSimulationTest {
  private static final int SEEDS = Integer.getInteger("simulation.seeds", 60);

  @Test
  void shouldHoldItsInvariantsAndHealWhateverHappens() {
    int elections = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
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
