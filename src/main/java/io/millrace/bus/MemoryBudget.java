package io.millrace.bus;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Bounds the memory of all request frames in flight on the node ({@code request.memory.bytes}). A
 * listener reserves a frame as soon as it knows its length, before its bytes arrive; if there is no
 * room it pauses its socket until it is granted, first come first served, and gives the bytes back
 * when the frame's memory is released.
 *
 * <p>Invariant: {@code reservedBytes <= limitBytes}, unless one frame alone is larger.
 *
 * <p>Threading: any thread. A grant is called on the thread that gave bytes back, or on the one
 * that asks, outside of any lock; it may come before {@link #reserve} returns.
 */
public final class MemoryBudget {
  private final long limitBytes;
  private final AtomicLong reservedBytes = new AtomicLong();
  private final ArrayDeque<Reservation> waiting = new ArrayDeque<>();
  // Volatile so that the fast path sees, without the lock, that somebody is ahead of it.
  private volatile int waitingCount;

  public MemoryBudget(long limitBytes) {
    if (limitBytes <= 0) {
      throw new IllegalArgumentException("limitBytes is " + limitBytes + ", expected above 0");
    }
    this.limitBytes = limitBytes;
  }

  /**
   * Asks for memory. If it is not {@link Reservation#grantedAtOnce()}, then {@code whenGranted} is
   * called once there is room, unless the reservation is released before.
   */
  public Reservation reserve(long sizeBytes, Runnable whenGranted) {
    if (sizeBytes < 0) {
      throw new IllegalArgumentException("sizeBytes is " + sizeBytes + ", expected 0 or more");
    }
    if (waitingCount == 0 && tryTake(sizeBytes)) {
      return new Reservation(sizeBytes, whenGranted, State.GRANTED);
    }
    Reservation reservation = new Reservation(sizeBytes, whenGranted, State.WAITING);
    synchronized (waiting) {
      waiting.add(reservation);
      waitingCount = waiting.size();
    }
    // Somebody may have given back after the look above and found nobody waiting.
    grantWaiting();
    return reservation;
  }

  /** Bytes that are granted and not given back. */
  public long reservedBytes() {
    return reservedBytes.get();
  }

  public long limitBytes() {
    return limitBytes;
  }

  /** Frames that wait for room. */
  public int waiting() {
    return waitingCount;
  }

  private boolean tryTake(long sizeBytes) {
    while (true) {
      long reserved = reservedBytes.get();
      if (reserved > 0 && reserved + sizeBytes > limitBytes) {
        return false;
      }
      if (reservedBytes.compareAndSet(reserved, reserved + sizeBytes)) {
        return true;
      }
    }
  }

  private void giveBack(long sizeBytes) {
    reservedBytes.addAndGet(-sizeBytes);
    if (waitingCount > 0) {
      grantWaiting();
    }
  }

  private void grantWaiting() {
    List<Reservation> granted = new ArrayList<>();
    synchronized (waiting) {
      while (!waiting.isEmpty() && tryTake(waiting.peek().sizeBytes)) {
        Reservation next = waiting.remove();
        next.state.set(State.GRANTED);
        granted.add(next);
      }
      waitingCount = waiting.size();
    }
    granted.forEach(reservation -> reservation.whenGranted.run());
  }

  private enum State {
    WAITING,
    GRANTED,
    RELEASED
  }

  /** One frame's claim. */
  public final class Reservation {
    private final long sizeBytes;
    private final Runnable whenGranted;
    private final boolean grantedAtOnce;
    private final AtomicReference<State> state;

    private Reservation(long sizeBytes, Runnable whenGranted, State state) {
      this.sizeBytes = sizeBytes;
      this.whenGranted = whenGranted;
      this.grantedAtOnce = state == State.GRANTED;
      this.state = new AtomicReference<>(state);
    }

    /** Whether there was room when it was asked for, so that {@code whenGranted} is not called. */
    public boolean grantedAtOnce() {
      return grantedAtOnce;
    }

    /** Gives the memory back, or stops waiting for it; the second call does nothing. */
    public void release() {
      if (!state.compareAndSet(State.GRANTED, State.RELEASED)) {
        stopWaiting();
      } else {
        giveBack(sizeBytes);
      }
    }

    private void stopWaiting() {
      synchronized (waiting) {
        if (state.compareAndSet(State.WAITING, State.RELEASED)) {
          waiting.remove(this);
          waitingCount = waiting.size();
        } else if (!state.compareAndSet(State.GRANTED, State.RELEASED)) {
          return;
        } else {
          // Granted between the two looks: what was taken for it goes back.
          reservedBytes.addAndGet(-sizeBytes);
        }
      }
      // Whoever stood behind it may fit.
      grantWaiting();
    }
  }
}
