package io.millrace.log.retention;

import io.millrace.model.TimeSource;

/**
 * The wall clock, but never ahead of where it began plus the time that has really passed: a clock
 * that is set forward must not make records expire early. A clock that stays ahead for a day is
 * believed, so that one which was wrong when the process started does not keep records for ever. A
 * clock that is set back only makes records expire late.
 *
 * <p>Threading: safe from any thread.
 */
public final class RetentionClock {
  static final long PATIENCE_MS = 24L * 60 * 60 * 1000;

  /** Clocks are adjusted by a little all the time; so much is never a jump. */
  private static final long TOLERANCE_MS = 1_000;

  private static final long NANOS_PER_MS = 1_000_000;

  private final TimeSource time;
  private long baseWallMs;
  private long baseNanos;
  private boolean ahead;
  private long aheadSinceNanos;

  public RetentionClock(TimeSource time) {
    this.time = time;
    this.baseWallMs = time.wallClockMs();
    this.baseNanos = time.monotonicNanos();
  }

  /** Milliseconds since 1970-01-01 UTC, to hold records' timestamps against. */
  public synchronized long nowMs() {
    long wallMs = time.wallClockMs();
    long nanos = time.monotonicNanos();
    long passedMs = (nanos - baseNanos) / NANOS_PER_MS;
    if (wallMs <= baseWallMs + passedMs + TOLERANCE_MS) {
      ahead = false;
      return Math.min(wallMs, baseWallMs + passedMs);
    }
    if (!ahead) {
      ahead = true;
      aheadSinceNanos = nanos;
    }
    if ((nanos - aheadSinceNanos) / NANOS_PER_MS < PATIENCE_MS) {
      return baseWallMs + passedMs;
    }
    ahead = false;
    baseWallMs = wallMs;
    baseNanos = nanos;
    return wallMs;
  }
}
