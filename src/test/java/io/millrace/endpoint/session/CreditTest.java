package io.millrace.endpoint.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.StreamException;
import org.junit.jupiter.api.Test;

final class CreditTest {
  private final Credit credit = new Credit();

  @Test
  void shouldBeShutAtFirstAndNeedBothSides() {
    // when / then
    assertThat(credit.isOpen()).isFalse();
    credit.grant(5, 0);
    assertThat(credit.isOpen()).isFalse();
    credit.grant(0, 1);
    assertThat(credit.isOpen()).isTrue();
  }

  @Test
  void shouldCarryDebtUntilItIsPaid() {
    // given
    credit.grant(1, 100);

    // when
    credit.use(10, 500);
    credit.grant(9, 400);

    // then
    assertThat(credit.isOpen()).isFalse();
    credit.grant(1, 1);
    assertThat(credit.isOpen()).isTrue();
    assertThat(credit.records()).isEqualTo(1);
    assertThat(credit.bytes()).isEqualTo(1);
  }

  @Test
  void shouldNotOverflow() {
    // given
    credit.grant(Long.MAX_VALUE, Long.MAX_VALUE);

    // when
    credit.grant(Long.MAX_VALUE, 1);

    // then
    assertThat(credit.covers(Long.MAX_VALUE, Long.MAX_VALUE)).isTrue();
  }

  @Test
  void shouldRefuseToBeTakenBack() {
    // when / then
    assertThatThrownBy(() -> credit.grant(-1, 0)).isInstanceOf(StreamException.class);
    assertThatThrownBy(() -> credit.grant(0, -1)).isInstanceOf(StreamException.class);
  }
}
