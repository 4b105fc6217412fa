package io.millrace.metadata.raft;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Time for the Raft library, which asks for a {@link Clock} and would take the machine's: a step
 * back of days would hide a dead leader for days. It begins a day after the library's zero, so that
 * a member which has just started has not "heard from a leader just now".
 */
final class MonotonicClock extends Clock {
  private static final long START_MS = TimeUnit.DAYS.toMillis(1);

  private final LongSupplier nanos;
  private final long startNanos;

  /**
   * @param nanos never goes back, such as {@link System#nanoTime()}
   */
  MonotonicClock(LongSupplier nanos) {
    this.nanos = nanos;
    this.startNanos = nanos.getAsLong();
  }

  @Override
  public long millis() {
    return START_MS + TimeUnit.NANOSECONDS.toMillis(nanos.getAsLong() - startNanos);
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis());
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
