package io.millrace.group;

import java.util.PriorityQueue;

/**
 * The timeouts of all groups of a coordinator, on monotonic time.
 *
 * <p>Most are sessions, which every heartbeat pushes back. So a timer that is moved to later stays
 * in the queue where it is, and is put back when its old time comes: a heartbeat costs one
 * assignment.
 */
final class Timers {
  /** What happens when a timer fires. */
  interface Action {
    void fire(Turn turn);
  }

  /** A place of a timer in the queue; void if the timer has meanwhile moved to an earlier one. */
  private record Place(Timer timer, long atNanos) {}

  private final PriorityQueue<Place> queue =
      new PriorityQueue<>((left, right) -> Long.signum(left.atNanos - right.atNanos));

  /** A timer that is not running yet. */
  Timer newTimer(Action action) {
    return new Timer(action);
  }

  /** When {@link #fire} is due at the latest; {@link Long#MAX_VALUE} for never. */
  long nextDeadlineNanos() {
    dropVoidPlaces();
    Place first = queue.peek();
    return first == null ? Long.MAX_VALUE : first.atNanos;
  }

  /** Fires what is due, earliest first. */
  void fire(Turn turn) {
    for (Place place = queue.peek();
        place != null && place.atNanos - turn.nowNanos() <= 0;
        place = queue.peek()) {
      queue.poll();
      if (place.timer.isAt(place.atNanos)) {
        place.timer.onPlaceReached(turn);
      }
    }
  }

  private void dropVoidPlaces() {
    for (Place place = queue.peek();
        place != null && !(place.timer.isAt(place.atNanos) && place.timer.running);
        place = queue.peek()) {
      queue.poll();
      place.timer.leave(place.atNanos);
    }
  }

  /** One timeout, that can be started, moved and stopped any number of times. */
  final class Timer {
    private final Action action;
    private boolean running;
    private boolean queued;
    private long queuedAtNanos;
    private long dueNanos;

    private Timer(Action action) {
      this.action = action;
    }

    /** Starts it, or moves it. */
    void startAt(long newDueNanos) {
      running = true;
      dueNanos = newDueNanos;
      if (!queued || newDueNanos - queuedAtNanos < 0) {
        enqueue();
      }
    }

    void stop() {
      running = false;
    }

    boolean isRunning() {
      return running;
    }

    private boolean isAt(long atNanos) {
      return queued && queuedAtNanos == atNanos;
    }

    private void leave(long atNanos) {
      if (isAt(atNanos)) {
        queued = false;
      }
    }

    private void enqueue() {
      queued = true;
      queuedAtNanos = dueNanos;
      queue.add(new Place(this, dueNanos));
    }

    private void onPlaceReached(Turn turn) {
      queued = false;
      if (!running) {
        return;
      }
      if (dueNanos - turn.nowNanos() > 0) {
        enqueue();
      } else {
        running = false;
        action.fire(turn);
      }
    }
  }
}
