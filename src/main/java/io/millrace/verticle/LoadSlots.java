package io.millrace.verticle;

import java.util.ArrayDeque;

/**
 * Bounds how many coordinators are loaded at a time.
 *
 * <p>Threading: one thread.
 */
final class LoadSlots {
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
  private int free;

  LoadSlots(int slots) {
    this.free = slots;
  }

  /** Runs this when a slot is free, possibly now; {@link #release} follows exactly once. */
  void acquire(Runnable begin) {
    if (free > 0) {
      free--;
      begin.run();
    } else {
      waiting.add(begin);
    }
  }

  void release() {
    Runnable next = waiting.poll();
    if (next == null) {
      free++;
    } else {
      next.run();
    }
  }
}
