package io.millrace.bus;

import io.millrace.model.TimeSource;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.concurrent.TimeUnit;

/**
 * One timer for many deadlines. It rings once the earliest of those that it was told of since it
 * last rang is over, but not before a tick is over: so a deadline costs no timer of its own, and a
 * loop on which nothing is due is not woken up.
 *
 * <p>Threading: the context that it was made on; it rings there.
 */
public final class Alarm {
  private static final long UNSET = -1;

  private final ContextInternal context;
  private final TimeSource time;
  private final int tickMs;
  private final Runnable ring;
  private long timer = UNSET;
  private long ringsAtNanos;

  /**
   * Not set yet.
   *
   * @param tickMs between being set and ringing, in milliseconds, at least
   * @param ring called each time that it rings; it may set it again
   */
  public Alarm(Vertx vertx, TimeSource time, int tickMs, Runnable ring) {
    this.context = (ContextInternal) vertx.getOrCreateContext();
    this.time = time;
    this.tickMs = tickMs;
    this.ring = ring;
  }

  /**
   * Rings once this is over, and maybe before.
   *
   * @param deadlineNanos monotonic; may be in the past
   */
  public void by(long deadlineNanos) {
    if (timer != UNSET && ringsAtNanos - deadlineNanos <= 0) {
      return;
    }
    long now = time.monotonicNanos();
    long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - now) + 1;
    long delayMs = Math.max(tickMs, leftMs);
    long atNanos = now + TimeUnit.MILLISECONDS.toNanos(delayMs);
    if (timer != UNSET && ringsAtNanos - atNanos <= 0) {
      return;
    }
    cancel();
    ringsAtNanos = atNanos;
    timer = context.setTimer(delayMs, id -> onTimer());
  }

  private void onTimer() {
    timer = UNSET;
    ring.run();
  }

  /** Does not ring, unless it is set again. */
  public void cancel() {
    if (timer != UNSET) {
      context.owner().cancelTimer(timer);
      timer = UNSET;
    }
  }
}
