package io.millrace.endpoint.session;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How long a member may leave its group waiting: while it owes something, it has to give a sign
 * within {@code max.poll.interval.ms}. That its connection lives says nothing: a browser answers
 * pings while its page hangs.
 *
 * <p>Threading: its session's.
 */
final class MemberPatience {
  private final SessionLoop loop;
  private final int limitMs;
  private final Runnable whenLost;
  private boolean owing;
  private long sinceNanos;
  private LoopTimers.@Nullable Timer timer;

  MemberPatience(SessionLoop loop, int limitMs, Runnable whenLost) {
    this.loop = loop;
    this.limitMs = limitMs;
    this.whenLost = whenLost;
  }

  /** The client gave a sign; whether it still owes something. */
  void onSign(boolean owes) {
    owing = false;
    owes(owes);
  }

  /** Whether the client owes something at this moment. */
  void owes(boolean owes) {
    if (owes && !owing) {
      sinceNanos = loop.nowNanos();
      if (timer == null) {
        await(sinceNanos);
      }
    }
    owing = owes;
  }

  private void await(long fromNanos) {
    timer = loop.timers().at(fromNanos + TimeUnit.MILLISECONDS.toNanos(limitMs), this::check);
  }

  private void check() {
    timer = null;
    if (!owing) {
      return;
    }
    if (loop.nowNanos() - sinceNanos >= TimeUnit.MILLISECONDS.toNanos(limitMs)) {
      whenLost.run();
    } else {
      await(sinceNanos);
    }
  }

  void close() {
    owing = false;
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }
}
