package io.millrace.checker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;

/** A checker that finds nothing is worth as much as one that is never run. */
class CheckerPropertyTest {

  @Property(tries = 500, shrinking = ShrinkingMode.OFF)
  void shouldFindNothingInAGoodHistory(@ForAll long seed, @ForAll @IntRange(max = 150) int steps) {
    // when
    CheckReport report = Checker.check(GoodHistory.of(seed, steps));

    // then
    assertThat(report.examples()).isEmpty();
    assertThat(report.isClean()).isTrue();
  }

  @Property(tries = 2_000, shrinking = ShrinkingMode.OFF)
  void shouldFindEveryMutationOfAGoodHistory(
      @ForAll long seed, @ForAll Mutation mutation, @ForAll @IntRange(max = 150) int steps) {
    // given
    List<HistoryEvent> history = new ArrayList<>(GoodHistory.of(seed, steps));

    // when
    mutation.apply(history, new Random(seed));

    // then
    assertThat(Checker.check(history).isClean()).as("%s of seed %d", mutation, seed).isFalse();
  }

  @Property(tries = 100, shrinking = ShrinkingMode.OFF)
  void shouldReadWhatWasWritten(@ForAll long seed) throws IOException {
    // given
    List<HistoryEvent> history = new ArrayList<>(GoodHistory.of(seed, 50));
    history.add(new HistoryEvent.Note(1, "with \"quotes\"\nand lines"));
    history.add(new HistoryEvent.Gap(2, "r", 1, 5, Long.MAX_VALUE, "damaged"));
    StringWriter text = new StringWriter();

    // when
    try (HistoryWriter writer = new HistoryWriter(text)) {
      for (HistoryEvent event : history) {
        writer.write(event);
      }
    }
    List<HistoryEvent> read = new ArrayList<>();
    HistoryReader.read(new BufferedReader(new StringReader(text.toString())), read::add);

    // then
    assertThat(read).isEqualTo(history);
    assertThat(text.toString().lines()).hasSameSizeAs(history);
  }
}
