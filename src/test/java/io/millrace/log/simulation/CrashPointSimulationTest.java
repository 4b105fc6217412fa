package io.millrace.log.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/**
 * The log and its data directory against a machine that stops at any operation. {@code
 * -Dmillrace.simulation.seeds} says how many random losses are tried at each one.
 */
final class CrashPointSimulationTest {
  private static final int SEEDS = Integer.getInteger("millrace.simulation.seeds", 2);

  @Test
  void shouldKeepEveryPromiseWhereverTheMachineStops() throws IOException {
    // given
    CrashPoints crashPoints = new CrashPoints(SEEDS, 1, operation -> false);
    // when
    crashPoints.run();
    // then
    assertThat(crashPoints.restarts).isGreaterThan(1_000);
  }
}
