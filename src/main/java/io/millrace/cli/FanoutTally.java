package io.millrace.cli;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What the consumers of one reading thread have seen.
 *
 * <p>Threading: written by that thread. Others may read the counters at any time, and the histogram
 * once the thread has ended.
 */
final class FanoutTally {
  static final long MAX_LATENCY_US = TimeUnit.MINUTES.toMicros(10);

  private final Histogram latencyUs = new Histogram(MAX_LATENCY_US, 3);
  private final AtomicLong delivered = new AtomicLong();
  private final AtomicLong missed = new AtomicLong();
  private final AtomicLong repeated = new AtomicLong();
  private final AtomicLong joined = new AtomicLong();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile long firstMeasured = Long.MAX_VALUE;
  private volatile long lastNanos;

  /** Messages from this sequence number on count. */
  void measureFrom(long sequence) {
    firstMeasured = sequence;
  }

  /** A consumer has seen its first message of a partition. */
  void onJoined() {
    joined.lazySet(joined.get() + 1);
  }

  /** The next message of a partition came, after so many that did not. */
  void onNext(long sequence, long dueNanos, long nowNanos, long skipped) {
    if (skipped > 0) {
      missed.lazySet(missed.get() + skipped);
    }
    if (sequence >= firstMeasured) {
      latencyUs.recordValue(Math.max(0, Math.min(MAX_LATENCY_US, (nowNanos - dueNanos) / 1_000)));
      delivered.lazySet(delivered.get() + 1);
      lastNanos = nowNanos;
    }
  }

  /** A message came that had come before, or that later ones had overtaken. */
  void onRepeated() {
    repeated.lazySet(repeated.get() + 1);
  }

  /** Nothing of what follows can be trusted. */
  void fail(Throwable cause) {
    failure.compareAndSet(null, cause);
  }

  @Nullable Throwable failure() {
    return failure.get();
  }

  long joined() {
    return joined.get();
  }

  long delivered() {
    return delivered.get();
  }

  long missed() {
    return missed.get();
  }

  long repeated() {
    return repeated.get();
  }

  long lastNanos() {
    return lastNanos;
  }

  Histogram latencyUs() {
    return latencyUs;
  }
}
