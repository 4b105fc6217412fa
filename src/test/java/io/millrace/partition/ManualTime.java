package io.millrace.partition;

import io.millrace.model.TimeSource;

/** Clocks that a test moves. */
public final class ManualTime implements TimeSource {
  private long nanos = 1_000_000_000L;

  public void advanceMs(long ms) {
    nanos += ms * 1_000_000;
  }

  @Override
  public long wallClockMs() {
    return 1_700_000_000_000L + nanos / 1_000_000;
  }

  @Override
  public long monotonicNanos() {
    return nanos;
  }
}
