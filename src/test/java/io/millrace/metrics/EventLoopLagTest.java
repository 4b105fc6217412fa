package io.millrace.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.TimeSource;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class EventLoopLagTest {
  private final MicrometerMetrics metrics = new MicrometerMetrics(1, 100);
  private final List<Runnable> tasks = new ArrayList<>();
  private long nowNanos;
  private int cancelled;

  private final TimeSource time =
      new TimeSource() {
        @Override
        public long wallClockMs() {
          throw new AssertionError("lag is measured by the monotonic clock");
        }

        @Override
        public long monotonicNanos() {
          return nowNanos;
        }
      };

  @Test
  void shouldShowTheWorstLagSinceTheLastScrape() {
    // given
    EventLoopLag lag = EventLoopLag.measure(List.of(loop()), metrics, time);

    // when
    runAfterMs(500 + 250);
    runAfterMs(500);

    // then
    assertThat(metrics.scrape()).contains("event_loop_lag_worst{loop=\"0\"} 0.25");
    assertThat(metrics.scrape()).contains("event_loop_lag_worst{loop=\"0\"} 0.0");
    assertThat(metrics.scrape()).contains("event_loop_lag_seconds_count 2");
    lag.close();
  }

  @Test
  void shouldLeaveNothingBehindWhenClosed() {
    // given
    EventLoopLag lag = EventLoopLag.measure(List.of(loop(), loop()), metrics, time);

    // when
    lag.close();

    // then
    assertThat(cancelled).isEqualTo(2);
    assertThat(metrics.scrape()).doesNotContain("event_loop_lag_worst");
  }

  private void runAfterMs(long ms) {
    nowNanos += TimeUnit.MILLISECONDS.toNanos(ms);
    tasks.forEach(Runnable::run);
  }

  /** A loop on which time passes when the test says so. */
  private ScheduledExecutorService loop() {
    return proxy(
        ScheduledExecutorService.class,
        arguments -> {
          tasks.add((Runnable) arguments[0]);
          return proxy(
              ScheduledFuture.class,
              ignored -> {
                cancelled++;
                return true;
              });
        });
  }

  private interface Call {
    Object on(Object[] arguments);
  }

  private static <T> T proxy(Class<T> type, Call call) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(), new Class<?>[] {type}, (p, m, arguments) -> call.on(arguments)));
  }
}
