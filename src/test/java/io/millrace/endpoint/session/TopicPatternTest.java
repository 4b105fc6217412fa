package io.millrace.endpoint.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TopicName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TopicPatternTest {
  @Test
  void shouldMatchWholeNames() {
    // given
    TopicPattern pattern = TopicPattern.parse("flights\\..*|weather");

    // then
    assertThat(pattern.matches(new TopicName("flights.eu"))).isTrue();
    assertThat(pattern.matches(new TopicName("weather"))).isTrue();
    assertThat(pattern.matches(new TopicName("weather2"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"(a+)+b", "([a-z]+)*0", "(a*)*\\1b"})
  void shouldStopAnExpressionThatBacktracksWithoutEnd(String expression) {
    // given
    TopicPattern pattern = TopicPattern.parse(expression);

    // when / then
    assertThatThrownBy(() -> pattern.matches(new TopicName("a".repeat(249))))
        .isInstanceOfSatisfying(
            StreamException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
  }

  @ParameterizedTest
  @ValueSource(strings = {"(", "[", "a{", "*"})
  void shouldRefuseWhatIsNoExpression(String expression) {
    // when / then
    assertThatThrownBy(() -> TopicPattern.parse(expression))
        .hasMessageContaining("no regular expression");
  }

  @Test
  void shouldBoundTheLength() {
    // when / then
    assertThatThrownBy(() -> TopicPattern.parse("a".repeat(TopicPattern.MAX_LENGTH + 1)))
        .hasMessageContaining("1025 characters");
  }
}
