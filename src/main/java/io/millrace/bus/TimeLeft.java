package io.millrace.bus;

import io.millrace.model.TimeSource;

/** Deadlines as they travel: as the time that is left, since no two nodes share a clock. */
final class TimeLeft {
  private static final long NANOS_PER_MS = 1_000_000;

  private final TimeSource time;

  TimeLeft(TimeSource time) {
    this.time = time;
  }

  int leftMs(long deadlineNanos) {
    long left = (deadlineNanos - time.monotonicNanos()) / NANOS_PER_MS;
    return (int) Math.max(0, Math.min(Integer.MAX_VALUE, left));
  }

  long deadline(int leftMs) {
    return time.monotonicNanos() + Math.max(0, leftMs) * NANOS_PER_MS;
  }
}
