package io.millrace.verticle;

import io.millrace.model.config.LogSettings.LogThreading;
import io.vertx.core.WorkerExecutor;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Decides which thread runs a shard, one at a time and in order: its event loop, or a worker of its
 * own while its disk stalls, so that a slow disk delays no heartbeat and no other shard.
 *
 * <pre>
 *             stalled
 *   ON_LOOP ----------> ON_WORKER
 *      ^                    | quiet for long enough
 *      |   worker is idle   v
 *      +----------------- RETURNING   (what comes meanwhile waits, in order)
 * </pre>
 *
 * <p>Threading: {@link #execute} and {@link #tick} on the event loop; {@link #onWrite} on the
 * thread that runs the shard. The worker's queue orders one run after the other, and so does the
 * way there and back.
 */
final class ShardThread {
  private enum State {
    ON_LOOP,
    ON_WORKER,
    RETURNING
  }

  private final LogThreading threading;
  private final long stallNanos;
  private final long quietNanos;
  private final WorkerExecutor worker;
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
  private final AtomicLong lastStallNanos = new AtomicLong();
  private volatile boolean stalled;
  private State state;

  /**
   * @param worker one thread, of this shard alone
   */
  ShardThread(LogThreading threading, int stallMs, int quietMs, WorkerExecutor worker) {
    this.threading = threading;
    this.stallNanos = stallMs * 1_000_000L;
    this.quietNanos = quietMs * 1_000_000L;
    this.worker = worker;
    this.state = threading == LogThreading.WORKER ? State.ON_WORKER : State.ON_LOOP;
  }

  boolean isOnLoop() {
    return state == State.ON_LOOP;
  }

  /** Runs this on the shard's thread, after everything that came before. */
  void execute(Runnable event) {
    switch (state) {
      case ON_LOOP -> {
        event.run();
        leaveLoopIfStalled();
      }
      case ON_WORKER -> submit(event);
      case RETURNING -> waiting.add(event);
    }
  }

  private void submit(Runnable event) {
    worker.executeBlocking(
        () -> {
          event.run();
          return true;
        },
        true);
  }

  /** A write took so long. */
  void onWrite(long durationNanos, long nowNanos) {
    if (durationNanos >= stallNanos) {
      lastStallNanos.set(nowNanos);
      stalled = true;
    }
  }

  private void leaveLoopIfStalled() {
    if (stalled && threading == LogThreading.AUTO && state == State.ON_LOOP) {
      state = State.ON_WORKER;
    }
  }

  /** Looks whether it has been quiet for long enough to come back. */
  void tick(long nowNanos) {
    if (threading != LogThreading.AUTO
        || state != State.ON_WORKER
        || nowNanos - lastStallNanos.get() < quietNanos) {
      return;
    }
    state = State.RETURNING;
    stalled = false;
    // The last in the worker's queue: when it is done, nothing of this shard runs there any more.
    worker.executeBlocking(() -> true, true).onComplete(idle -> returned());
  }

  private void returned() {
    state = State.ON_LOOP;
    while (state == State.ON_LOOP && !waiting.isEmpty()) {
      execute(waiting.remove());
    }
    // A stall among them: the rest follows to the worker, still in order.
    while (state == State.ON_WORKER && !waiting.isEmpty()) {
      execute(waiting.remove());
    }
  }
}
