package io.millrace.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * Replication, in-sync replicas, elections, leases and the metadata log together, through {@link
 * ClusterWorld}s. {@code -Dmillrace.cluster.seeds} says how many, {@code -Dmillrace.cluster.first}
 * from which seed on: a failure names its seed, which takes the same course again.
 */
class ClusterSimulationTest {
  private static final int SEEDS = Integer.getInteger("millrace.cluster.seeds", 200);
  private static final long FIRST = Long.getLong("millrace.cluster.first", 0);

  @Test
  void shouldLoseNothingThatWasCommittedWhateverHappens() {
    // given
    long acknowledged = 0;
    long elections = 0;

    // when
    for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
      ClusterWorld world = new ClusterWorld(seed);
      try {
        world.run();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
      acknowledged += world.acknowledged();
      elections += world.elections();
    }

    // then
    assertThat(acknowledged).as("acknowledged batches").isGreaterThan(50L * SEEDS);
    assertThat(elections).as("elections").isGreaterThan(2L * SEEDS);
  }
}
