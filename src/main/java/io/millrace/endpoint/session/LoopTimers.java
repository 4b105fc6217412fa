package io.millrace.endpoint.session;

import java.util.PriorityQueue;

/**
 * Things to do later on one event loop, driven by the loop's one tick: there is no timer per
 * connection or request.
 *
 * <p>Threading: one event loop.
 */
final class LoopTimers {
  private final PriorityQueue<Timer> queue =
      new PriorityQueue<>(
          (one, other) -> {
            int byTime = Long.signum(one.dueNanos - other.dueNanos);
            return byTime != 0 ? byTime : Long.compare(one.sequence, other.sequence);
          });
  private long sequence;

  /** Runs the action at the first tick at or after this monotonic time. */
  Timer at(long dueNanos, Runnable action) {
    Timer timer = new Timer(dueNanos, sequence++, action);
    queue.add(timer);
    return timer;
  }

  void tick(long nowNanos) {
    while (true) {
      Timer next = queue.peek();
      if (next == null || next.dueNanos - nowNanos > 0) {
        return;
      }
      queue.remove();
      next.action.run();
    }
  }

  int size() {
    return queue.size();
  }

  /** Something that will be done. */
  final class Timer {
    private final long dueNanos;
    private final long sequence;
    private final Runnable action;

    private Timer(long dueNanos, long sequence, Runnable action) {
      this.dueNanos = dueNanos;
      this.sequence = sequence;
      this.action = action;
    }

    void cancel() {
      queue.remove(this);
    }
  }
}
