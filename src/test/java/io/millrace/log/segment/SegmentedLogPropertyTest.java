package io.millrace.log.segment;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** Random lives of a log, with clean stops, kills and power losses, against a model of it. */
class SegmentedLogPropertyTest {
  private static final int STEPS = 60;

  @Property(tries = 500, shrinking = ShrinkingMode.OFF)
  void shouldHoldWhatItsModelHolds(@ForAll long seed) {
    LogModel model = new LogModel(seed);
    for (int i = 0; i < STEPS; i++) {
      try {
        model.step();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + ", step " + i, e);
      }
    }
  }
}
