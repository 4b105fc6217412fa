package io.millrace.log.compaction;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** Random lives of a compacted log, with clean stops, kills and power losses, against a model. */
class CompactionPropertyTest {
  private static final int STEPS = 80;

  @Property(tries = 300, shrinking = ShrinkingMode.OFF)
  void shouldKeepTheLastRecordOfEachKey(@ForAll long seed) {
    CompactedLogModel model = new CompactedLogModel(seed);
    for (int i = 0; i < STEPS; i++) {
      try {
        model.step();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + ", step " + i, e);
      }
    }
  }
}
