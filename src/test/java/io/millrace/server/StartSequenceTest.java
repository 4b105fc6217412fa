package io.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class StartSequenceTest {
  private final List<String> calls = new ArrayList<>();

  @Test
  void shouldStartInOrderAndStopInReverse() throws Exception {
    // given
    StartSequence sequence =
        new StartSequence(List.of(step("log", null, null), step("tcp", null, null)));

    // when
    sequence.start();
    boolean clean = sequence.stop();

    // then
    assertThat(calls).containsExactly("start log", "start tcp", "stop tcp", "stop log");
    assertThat(clean).isTrue();
  }

  @Test
  void shouldStopWhatWasStartedWhenAStepFails() {
    // given
    StartSequence sequence =
        new StartSequence(
            List.of(
                step("log", null, null),
                step("tcp", new IOException("port in use"), null),
                step("http", null, null)));

    // when / then
    assertThatThrownBy(sequence::start).hasMessage("port in use");
    assertThat(calls).containsExactly("start log", "start tcp", "stop log");
  }

  @Test
  void shouldStopTheOthersWhenOneDoesNotStop() throws Exception {
    // given
    StartSequence sequence =
        new StartSequence(
            List.of(step("log", null, null), step("tcp", null, new IOException("busy"))));
    sequence.start();

    // when
    boolean clean = sequence.stop();

    // then
    assertThat(clean).isFalse();
    assertThat(calls).endsWith("stop tcp", "stop log");
  }

  private StartStep step(String name, @Nullable Exception onStart, @Nullable Exception onStop) {
    return new StartStep() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public void start() throws Exception {
        calls.add("start " + name);
        if (onStart != null) {
          throw onStart;
        }
      }

      @Override
      public void stop() throws Exception {
        calls.add("stop " + name);
        if (onStop != null) {
          throw onStop;
        }
      }
    };
  }
}
