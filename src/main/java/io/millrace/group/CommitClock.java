package io.millrace.group;

import java.util.concurrent.TimeUnit;

/**
 * The wall clock, made safe for stamps that something expires by: nothing may expire early because
 * somebody set the clock. What is stamped gets the later of the wall clock and of what this process
 * measured since it began, what is judged the earlier.
 */
final class CommitClock {
  private boolean begun;
  private long beganAtMs;
  private long beganAtNanos;

  /** The time to stamp with. */
  long stampMs(long nowNanos, long nowMs) {
    return Math.max(nowMs, measuredMs(nowNanos, nowMs));
  }

  /** The time to judge stamps by. */
  long judgeMs(long nowNanos, long nowMs) {
    return Math.min(nowMs, measuredMs(nowNanos, nowMs));
  }

  private long measuredMs(long nowNanos, long nowMs) {
    if (!begun) {
      begun = true;
      beganAtMs = nowMs;
      beganAtNanos = nowNanos;
    }
    return beganAtMs + TimeUnit.NANOSECONDS.toMillis(nowNanos - beganAtNanos);
  }
}
