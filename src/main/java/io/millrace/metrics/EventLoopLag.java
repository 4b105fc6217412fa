package io.millrace.metrics;

import io.millrace.model.Metrics;
import io.millrace.model.TimeSource;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How late an event loop comes to what is due: the time between when a small task should have run
 * and when it ran. A loop that is late by seconds is blocked, and everything on it waits.
 *
 * <p>{@code event.loop.lag} is the distribution over all loops; {@code event.loop.lag.worst} is,
 * per loop, the longest lag since the last scrape.
 *
 * <p>Threading: each loop measures itself; the gauge is read on the scraping thread.
 */
public final class EventLoopLag implements AutoCloseable {
  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final List<Probe> probes;

  private EventLoopLag(List<Probe> probes) {
    this.probes = probes;
  }

  /** Measures these loops, in this order numbered from 0, until closed. */
  public static EventLoopLag measure(
      List<? extends ScheduledExecutorService> loops, Metrics metrics, TimeSource time) {
    Metrics.Timer timer =
        metrics.timer("event.loop.lag", "How late event loops come to what is due.");
    List<Probe> probes = new java.util.ArrayList<>();
    for (int i = 0; i < loops.size(); i++) {
      probes.add(new Probe(loops.get(i), i, metrics, timer, time));
    }
    return new EventLoopLag(List.copyOf(probes));
  }

  @Override
  public void close() {
    probes.forEach(Probe::close);
  }

  /** The measurement of one loop. */
  private static final class Probe {
    private final AtomicLong worstNanos = new AtomicLong();
    private final Metrics.Timer timer;
    private final TimeSource time;
    private final Metrics.Registration gauge;
    private final ScheduledFuture<?> task;
    private long dueNanos;

    Probe(
        ScheduledExecutorService loop,
        int number,
        Metrics metrics,
        Metrics.Timer timer,
        TimeSource time) {
      this.timer = timer;
      this.time = time;
      this.gauge =
          metrics.gauge(
              "event.loop.lag.worst",
              "The longest lag of an event loop since the last scrape, in seconds.",
              () -> worstNanos.getAndSet(0) / 1e9,
              "loop",
              Integer.toString(number));
      this.dueNanos = time.monotonicNanos() + INTERVAL_NANOS;
      this.task =
          loop.scheduleWithFixedDelay(
              this::tick, INTERVAL_NANOS, INTERVAL_NANOS, TimeUnit.NANOSECONDS);
    }

    private void tick() {
      long now = time.monotonicNanos();
      long lagNanos = Math.max(0, now - dueNanos);
      dueNanos = now + INTERVAL_NANOS;
      timer.recordNanos(lagNanos);
      worstNanos.accumulateAndGet(lagNanos, Math::max);
    }

    void close() {
      task.cancel(false);
      gauge.close();
    }
  }
}
