package io.millrace.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ByteBudgetTest {
  private static final long SECOND = 1_000_000_000;

  @Test
  void shouldWaitUntilTheDebtIsPaid() {
    // given
    ByteBudget budget = new ByteBudget(1_000, 0);

    // when
    budget.take(2_500);

    // then
    assertThat(budget.hasSome(SECOND)).isFalse();
    assertThat(budget.hasSome(SECOND + SECOND / 2)).isFalse();
    assertThat(budget.hasSome(2 * SECOND)).isTrue();
  }

  @Test
  void shouldSaveUpForOneSecondOnly() {
    // given
    ByteBudget budget = new ByteBudget(1_000, 0);
    assertThat(budget.hasSome(100 * SECOND)).isTrue();

    // when
    budget.take(1_001);

    // then
    assertThat(budget.hasSome(100 * SECOND)).isFalse();
  }
}
