package io.millrace.metadata.raft;

import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;

/** Time that passes only when something is due; what is due at once runs in the order given. */
final class VirtualTime {
  private record Due(long atNanos, long order, Runnable task) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      int byTime = Long.compare(atNanos, other.atNanos);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private final PriorityQueue<Due> due = new PriorityQueue<>();
  private long nowNanos;
  private long order;

  long nowMs() {
    return nowNanos / 1_000_000;
  }

  MonotonicClock clock() {
    return new MonotonicClock(() -> nowNanos);
  }

  void after(long delayMs, Runnable task) {
    order++;
    due.add(new Due(nowNanos + delayMs * 1_000_000, order, task));
  }

  /** Runs until this holds or the time is over; whether it held. */
  boolean runUntil(BooleanSupplier condition, long atMostMs) {
    long end = nowNanos + atMostMs * 1_000_000;
    while (!condition.getAsBoolean()) {
      Due next = due.peek();
      if (next == null || next.atNanos > end) {
        nowNanos = end;
        return condition.getAsBoolean();
      }
      due.remove();
      nowNanos = next.atNanos;
      next.task.run();
    }
    return true;
  }

  void run(long ms) {
    runUntil(() -> false, ms);
  }
}
