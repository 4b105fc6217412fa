package io.millrace.model.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.StreamException;
import io.millrace.model.config.TopicSettings.CleanupPolicy;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SettingTest {
  private static final Setting<List<CleanupPolicy>> POLICY = TopicSettings.CLEANUP_POLICY;
  private static final Setting<Double> RATIO = TopicSettings.MIN_CLEANABLE_DIRTY_RATIO;

  @ParameterizedTest
  @ValueSource(strings = {"delete", "compact", "compact,delete", "delete,compact"})
  void shouldWriteSeveralChoicesAsTheyWereRead(String text) {
    // when
    List<CleanupPolicy> read = POLICY.parse(text);
    // then
    assertThat(POLICY.format(read)).isEqualTo(text);
  }

  @Test
  void shouldReadSeveralChoicesWithBlanks() {
    // when
    List<CleanupPolicy> read = POLICY.parse(" compact , delete ");
    // then
    assertThat(read).containsExactly(CleanupPolicy.COMPACT, CleanupPolicy.DELETE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "compact,", "compact,compact", "Compact", "shrink", "compact;delete"})
  void shouldSayWhichChoicesThereAre(String text) {
    // then
    assertThatThrownBy(() -> POLICY.parse(text))
        .isInstanceOf(StreamException.class)
        .hasMessageContaining("cleanup.policy is '" + text + "'")
        .hasMessageContaining("one or more of delete, compact");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-0.1", "1.01", "NaN", "half", ""})
  void shouldRefuseADecimalOutOfItsRange(String text) {
    // then
    assertThatThrownBy(() -> RATIO.parse(text))
        .isInstanceOf(StreamException.class)
        .hasMessageContaining("0.0 to 1.0");
  }

  @Test
  void shouldReadADecimal() {
    // then
    assertThat(RATIO.parse("0.25")).isEqualTo(0.25);
    assertThat(RATIO.format(0.25)).isEqualTo("0.25");
  }
}
