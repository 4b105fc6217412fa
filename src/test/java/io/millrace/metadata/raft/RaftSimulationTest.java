package io.millrace.metadata.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/**
 * Groups whose members crash and lose what they did not sync, on a network that loses, doubles and
 * reorders, while their members change from one to two, three, five and back to three. {@code
 * -Dmillrace.simulation.seeds} says how many seeds, {@code -Dmillrace.simulation.first} which is
 * the first: a failure names its seed.
 */
class RaftSimulationTest {
  private static final int SEEDS = Integer.getInteger("millrace.simulation.seeds", 6);
  private static final long FIRST = Long.getLong("millrace.simulation.first", 1);

  @Test
  void shouldLoseNothingCommittedAndNeverHaveTwoLeadersOfATerm() throws IOException {
    for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
      // given
      Nemesis nemesis = new Nemesis(seed);

      // when
      nemesis.run();

      // then
      assertThat(nemesis.history().violations()).as("seed %d: %s", seed, nemesis).isEmpty();
      assertThat(nemesis.history().acknowledged()).as("seed %d: %s", seed, nemesis).isPositive();
    }
  }
}
