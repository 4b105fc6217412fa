package io.millrace.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ErrorCode;
import io.millrace.model.TopicName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicPatternTest {
  private static final int MAX_SIZE = 2_000;

  @Test
  void shouldMatchWholeNamesOnly() {
    // given
    TopicPattern pattern = TopicPattern.of("orders-\\d+");

    // when
    boolean whole = pattern.matches(new TopicName("orders-12"));
    boolean part = pattern.matches(new TopicName("old-orders-12"));

    // then
    assertThat(whole).isTrue();
    assertThat(part).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a(b", "(a)\\1", "a(?=b)", "[", "x{1001}", "*"})
  void shouldRefuseWhatIsNoRe2Expression(String regex) {
    // when
    var error = TopicPattern.check(regex, MAX_SIZE);

    // then
    assertThat(error.code()).isEqualTo(ErrorCode.INVALID_REGULAR_EXPRESSION);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "((((a{999}){999}){999}){999}){999}",
        "(((a{0,100}){100,}){100})",
        "a{99999999999999999999}b{2}"
      })
  void shouldRefuseRepetitionsThatMultiply(String regex) {
    // when
    var error = TopicPattern.check(regex, MAX_SIZE);

    // then
    assertThat(error.code()).isEqualTo(ErrorCode.INVALID_REGULAR_EXPRESSION);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {".*", "(?i)orders|payments", "a{2,3}", "[a-z]{1,100}", "(a*)*b", "\\Qa.b\\E"})
  void shouldAcceptWhatIsSmall(String regex) {
    // when
    var error = TopicPattern.check(regex, MAX_SIZE);

    // then
    assertThat(error.isError()).isFalse();
  }
}
