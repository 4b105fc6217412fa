package io.millrace.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LoadRetriesTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final LoadRetries retries = new LoadRetries();

  @Test
  void shouldSayEachReasonOnce() {
    assertThat(retries.isNews("no disk")).isTrue();
    assertThat(retries.isNews("no disk")).isFalse();
    assertThat(retries.isNews("no memory")).isTrue();
    assertThat(retries.isNews("no memory")).isFalse();
  }

  @Test
  void shouldBeginAnewOnlyAfterItWorkedForAWhile() {
    // given
    long first = retries.failed(0);
    assertThat(retries.failed(SECOND)).isEqualTo(2 * first);
    retries.isNews("no disk");

    // when
    retries.loaded(2 * SECOND);
    long afterLittle = retries.failed(3 * SECOND);
    boolean newsAfterLittle = retries.isNews("no disk");
    int failures = retries.loaded(4 * SECOND);
    long afterLong = retries.failed(14 * SECOND);

    // then
    assertThat(afterLittle).isEqualTo(4 * first);
    assertThat(newsAfterLittle).isFalse();
    assertThat(failures).isEqualTo(1);
    assertThat(afterLong).isEqualTo(first);
    assertThat(retries.isNews("no disk")).isTrue();
  }
}
