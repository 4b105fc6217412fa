package io.millrace.verticle;

import io.millrace.model.config.LogSettings.LogThreading;
import io.vertx.core.WorkerExecutor;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which thread runs a shard, one at a time and in order: its event loop, or a worker of its
 * own while its disk stalls, so that a slow disk delays no heartbeat and no other shard. One slow
 * write is no stall yet: the thread may have waited for a processor and not for the disk.
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
  private static final Logger LOG = LoggerFactory.getLogger(ShardThread.class);

  /** So many times the length of a slow write, in slow writes with less than a gap between. */
  private static final int STALL_IN_SLOW_WRITES = 4;

  private static final long GAP_NANOS = TimeUnit.SECONDS.toNanos(1);

  private enum State {
    ON_LOOP,
    ON_WORKER,
    RETURNING
  }

  private final int shard;
  private final LogThreading threading;
  private final long slowNanos;
  private final long quietNanos;
  private final WorkerExecutor worker;
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
  private final AtomicLong lastStallNanos = new AtomicLong();
  private volatile boolean stalled;
  private long slowUntilNanos;
  private long slowForNanos;
  private State state;

  /**
   * @param shard its number, for the log
   * @param slowMs from when on a write is slow
   * @param quietMs without a stall, after which it comes back
   * @param worker one thread, of this shard alone
   */
  ShardThread(int shard, LogThreading threading, int slowMs, int quietMs, WorkerExecutor worker) {
    this.shard = shard;
    this.threading = threading;
    this.slowNanos = TimeUnit.MILLISECONDS.toNanos(slowMs);
    this.quietNanos = TimeUnit.MILLISECONDS.toNanos(quietMs);
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
    if (durationNanos < slowNanos) {
      return;
    }
    boolean alone = nowNanos - durationNanos - slowUntilNanos > GAP_NANOS;
    slowForNanos = alone ? durationNanos : slowForNanos + durationNanos;
    slowUntilNanos = nowNanos;
    if (slowForNanos >= STALL_IN_SLOW_WRITES * slowNanos) {
      lastStallNanos.set(nowNanos);
      stalled = true;
    }
  }

  private void leaveLoopIfStalled() {
    if (stalled && threading == LogThreading.AUTO && state == State.ON_LOOP) {
      state = State.ON_WORKER;
      LOG.info(
          "log shard {} appends on a worker from now on: slow writes (log.threading.stall.ms) held"
              + " its event loop for {} ms",
          shard,
          TimeUnit.NANOSECONDS.toMillis(slowForNanos));
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
    LOG.info(
        "log shard {} appends on its event loop again: no write has stalled for {} ms",
        shard,
        TimeUnit.NANOSECONDS.toMillis(quietNanos));
    while (state == State.ON_LOOP && !waiting.isEmpty()) {
      execute(waiting.remove());
    }
    // A stall among them: the rest follows to the worker, still in order.
    while (state == State.ON_WORKER && !waiting.isEmpty()) {
      execute(waiting.remove());
    }
  }
}
