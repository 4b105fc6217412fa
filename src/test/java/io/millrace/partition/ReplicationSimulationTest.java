package io.millrace.partition;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * Replicas of a partition through {@link ReplicationWorld}s. {@code -Dmillrace.replication.seeds}
 * says how many, {@code -Dmillrace.replication.first} from which seed on: a failure names its seed,
 * which takes the same course again.
 */
class ReplicationSimulationTest {
  private static final int SEEDS = Integer.getInteger("millrace.replication.seeds", 200);
  private static final long FIRST = Long.getLong("millrace.replication.first", 0);

  @Test
  void shouldLoseNothingThatWasCommittedWhateverHappens() {
    // given
    long acknowledged = 0;
    long elections = 0;

    // when
    for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
      ReplicationWorld world = new ReplicationWorld(seed);
      try {
        world.run();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
      acknowledged += world.history().acknowledged;
      elections += world.history().elections;
    }

    // then
    assertThat(acknowledged).as("acknowledged batches").isGreaterThan(50L * SEEDS);
    assertThat(elections).as("elections").isGreaterThan(2L * SEEDS);
  }
}
