package io.millrace.log;

import io.millrace.model.TimeSource;
import java.util.concurrent.TimeUnit;

/** Clocks that stand still until a test moves them. */
public final class ManualTime implements TimeSource {
  private long wallMs = 1_700_000_000_000L;
  private long nanos = 42;

  @Override
  public long wallClockMs() {
    return wallMs;
  }

  @Override
  public long monotonicNanos() {
    return nanos;
  }

  /** Time passes on both clocks. */
  public void advanceMs(long ms) {
    wallMs += ms;
    nanos += TimeUnit.MILLISECONDS.toNanos(ms);
  }

  /** An administrator, or NTP, sets the wall clock. */
  public void jumpWallClockMs(long ms) {
    wallMs += ms;
  }
}
