package io.millrace.client;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A loop whose time passes only from task to task, the same way every time. */
final class SimulatedLoop implements Loop {
  private static final long EPOCH_MS = 1_700_000_000_000L;

  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>(
          Comparator.comparingLong((Task task) -> task.atNanos)
              .thenComparingLong(task -> task.order));
  private final List<Throwable> reported = new ArrayList<>();
  private long nowNanos = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(2); // Overflows soon.
  private final long startNanos = nowNanos;
  private long nextOrder;
  private boolean running;

  private static final class Task {
    private final long atNanos;
    private final long order;
    private final Runnable body;
    private boolean cancelled;

    private Task(long atNanos, long order, Runnable body) {
      this.atNanos = atNanos;
      this.order = order;
      this.body = body;
    }
  }

  @Override
  public void execute(Runnable task) {
    add(0, task);
  }

  @Override
  public Timer schedule(long delayMs, Runnable task) {
    Task added = add(TimeUnit.MILLISECONDS.toNanos(delayMs), task);
    return () -> added.cancelled = true;
  }

  private Task add(long delayNanos, Runnable body) {
    Task task = new Task(elapsedNanos() + delayNanos, nextOrder++, body);
    tasks.add(task);
    return task;
  }

  @Override
  public boolean isCurrent() {
    return running;
  }

  @Override
  public long nanoTime() {
    return nowNanos;
  }

  long elapsedNanos() {
    return nowNanos - startNanos;
  }

  @Override
  public long wallClockMs() {
    return EPOCH_MS + TimeUnit.NANOSECONDS.toMillis(elapsedNanos());
  }

  @Override
  public void report(Throwable failure) {
    reported.add(failure);
  }

  List<Throwable> reported() {
    return reported;
  }

  /** Lets time pass until the condition holds; false if it does not within so much time. */
  boolean runUntil(BooleanSupplier condition, long maxMs) {
    long endNanos = elapsedNanos() + TimeUnit.MILLISECONDS.toNanos(maxMs);
    while (!condition.getAsBoolean()) {
      Task next = tasks.peek();
      if (next == null || next.atNanos > endNanos) {
        nowNanos = startNanos + endNanos;
        return condition.getAsBoolean();
      }
      tasks.poll();
      nowNanos = startNanos + next.atNanos;
      if (!next.cancelled) {
        running = true;
        next.body.run();
        running = false;
      }
    }
    return true;
  }

  void runFor(long ms) {
    runUntil(() -> false, ms);
  }
}
