package io.millrace.partition;

import io.millrace.model.TimeSource;
import io.millrace.testing.Seeds;
import java.util.PriorityQueue;
import java.util.Random;

/** Virtual time, and what is to happen in it; the same seed gives the same course. */
public final class SimulatedTime implements TimeSource {
  public static final long MS = 1_000_000;

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final Random random;
  private long nanos = 1_000_000_000L * MS;
  private long number;

  public SimulatedTime(long seed) {
    this.random = Seeds.random(seed);
  }

  public Random random() {
    return random;
  }

  /** Between these two, in milliseconds. */
  public long between(long fromMs, long toMs) {
    return fromMs * MS + (long) (random.nextDouble() * (toMs - fromMs) * MS);
  }

  public void after(long delayNanos, Runnable what) {
    events.add(new Event(nanos + delayNanos, number++, what));
  }

  /** Until so much time has passed. */
  public void run(long durationNanos) {
    long end = nanos + durationNanos;
    while (!events.isEmpty() && events.peek().atNanos <= end) {
      Event next = events.remove();
      nanos = Math.max(nanos, next.atNanos);
      next.what.run();
    }
    nanos = end;
  }

  @Override
  public long wallClockMs() {
    return 1_700_000_000_000L;
  }

  @Override
  public long monotonicNanos() {
    return nanos;
  }

  private record Event(long atNanos, long number, Runnable what) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(atNanos, other.atNanos);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }
}
