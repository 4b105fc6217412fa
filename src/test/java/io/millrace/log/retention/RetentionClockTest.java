package io.millrace.log.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.TimeSource;
import org.junit.jupiter.api.Test;

final class RetentionClockTest {
  private static final long START_MS = 1_700_000_000_000L;
  private static final long HOUR_MS = 3_600_000;

  private final SetClock time = new SetClock();
  private final RetentionClock clock = new RetentionClock(time);

  @Test
  void shouldFollowAClockThatIsLeftAlone() {
    // when
    time.pass(HOUR_MS);
    // then
    assertThat(clock.nowMs()).isEqualTo(START_MS + HOUR_MS);
  }

  @Test
  void shouldNotFollowAClockThatIsSetForward() {
    // when
    time.wallMs += 2 * HOUR_MS;
    time.pass(HOUR_MS);
    // then
    assertThat(clock.nowMs()).isEqualTo(START_MS + HOUR_MS);
  }

  @Test
  void shouldFollowAClockThatIsSetBackAndThenRight() {
    // when
    time.wallMs -= 72 * HOUR_MS;
    long back = clock.nowMs();
    time.wallMs += 72 * HOUR_MS;
    time.pass(HOUR_MS);
    // then
    assertThat(back).isEqualTo(START_MS - 72 * HOUR_MS);
    assertThat(clock.nowMs()).isEqualTo(START_MS + HOUR_MS);
  }

  @Test
  void shouldBelieveAClockThatStaysAheadForADay() {
    // given
    time.wallMs += 365 * 24 * HOUR_MS;
    clock.nowMs();
    // when
    time.pass(RetentionClock.PATIENCE_MS - 1);
    long before = clock.nowMs();
    time.pass(1);
    long after = clock.nowMs();
    time.pass(HOUR_MS);
    // then
    assertThat(before).isEqualTo(START_MS + RetentionClock.PATIENCE_MS - 1);
    assertThat(after).isEqualTo(START_MS + 366 * 24 * HOUR_MS);
    assertThat(clock.nowMs()).isEqualTo(START_MS + 366 * 24 * HOUR_MS + HOUR_MS);
  }

  @Test
  void shouldStartItsPatienceAnewWhenTheClockWasRightInBetween() {
    // given
    time.wallMs += 2 * HOUR_MS;
    clock.nowMs();
    time.pass(RetentionClock.PATIENCE_MS / 2);
    time.wallMs -= 2 * HOUR_MS;
    clock.nowMs();
    time.wallMs += 2 * HOUR_MS;
    clock.nowMs();
    // when
    time.pass(RetentionClock.PATIENCE_MS / 2 + 1);
    // then
    assertThat(clock.nowMs()).isEqualTo(START_MS + RetentionClock.PATIENCE_MS + 1);
  }

  private static final class SetClock implements TimeSource {
    private long wallMs = START_MS;
    private long nanos = Long.MAX_VALUE - 5;

    void pass(long ms) {
      wallMs += ms;
      nanos += ms * 1_000_000;
    }

    @Override
    public long wallClockMs() {
      return wallMs;
    }

    @Override
    public long monotonicNanos() {
      return nanos;
    }
  }
}
