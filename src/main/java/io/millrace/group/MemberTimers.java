package io.millrace.group;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What the members of one group have to do in time. */
final class MemberTimers {
  /** What a member is waited for; who does not do it in time is removed. */
  enum Wait {
    /** Any sign of life. */
    HEARTBEAT,
    /** It gives up what it was told to. */
    REVOCATION,
    /** Classic: it joins again after it was told that there is a rebalance. */
    JOIN,
    /** Classic: it fetches its assignment after it joined. */
    SYNC
  }

  /** What happens to a member that was too slow. */
  interface TimedOut {
    /**
     * Handles it in this turn, or returns false to be called again in one of the next.
     *
     * @param timeoutMs how long it had
     */
    boolean handle(Turn turn, String memberId, Wait wait, long timeoutMs);
  }

  private final Timers timers;
  private final TimedOut timedOut;
  private final Map<String, Map<Wait, Running>> byMember = new HashMap<>();

  MemberTimers(Timers timers, TimedOut timedOut) {
    this.timers = timers;
    this.timedOut = timedOut;
  }

  /** Starts the time, or starts it again. */
  void start(long nowNanos, String memberId, Wait wait, long timeoutMs) {
    Running running =
        byMember
            .computeIfAbsent(memberId, id -> new EnumMap<>(Wait.class))
            .computeIfAbsent(wait, kind -> new Running(memberId, kind));
    running.start(nowNanos, timeoutMs);
  }

  /** Starts the time unless it runs. */
  void startUnlessRunning(long nowNanos, String memberId, Wait wait, long timeoutMs) {
    Running running = find(memberId, wait);
    if (running == null || !running.timer.isRunning()) {
      start(nowNanos, memberId, wait, timeoutMs);
    }
  }

  void stop(String memberId, Wait wait) {
    Running running = find(memberId, wait);
    if (running != null) {
      running.timer.stop();
    }
  }

  /** The member is gone. */
  void forget(String memberId) {
    Map<Wait, Running> waits = byMember.remove(memberId);
    if (waits != null) {
      waits.values().forEach(running -> running.timer.stop());
    }
  }

  void stopAll() {
    byMember.values().forEach(waits -> waits.values().forEach(running -> running.timer.stop()));
    byMember.clear();
  }

  private @Nullable Running find(String memberId, Wait wait) {
    Map<Wait, Running> waits = byMember.get(memberId);
    return waits == null ? null : waits.get(wait);
  }

  private final class Running {
    private final String memberId;
    private final Wait wait;
    private final Timers.Timer timer;
    private long timeoutMs;

    Running(String memberId, Wait wait) {
      this.memberId = memberId;
      this.wait = wait;
      this.timer = timers.newTimer(this::fire);
    }

    void start(long nowNanos, long newTimeoutMs) {
      timeoutMs = newTimeoutMs;
      timer.startAt(nowNanos + TimeUnit.MILLISECONDS.toNanos(newTimeoutMs));
    }

    private void fire(Turn turn) {
      if (!timedOut.handle(turn, memberId, wait, timeoutMs)) {
        timer.startAt(turn.nowNanos() + 1);
      }
    }
  }
}
