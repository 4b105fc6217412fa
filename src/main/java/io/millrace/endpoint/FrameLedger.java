package io.millrace.endpoint;

import io.millrace.bus.MemoryBudget;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;

/**
 * Frames whose memory somebody else still holds, a shard as a rule: what was reserved for them is
 * given back when they are let go.
 *
 * <p>Threading: one event loop.
 */
final class FrameLedger {
  private record Entry(ByteBuf frame, MemoryBudget.Reservation reservation) {}

  private final ArrayDeque<Entry> held = new ArrayDeque<>();

  /** After a frame was handed on. */
  void settle(ByteBuf frame, MemoryBudget.Reservation reservation) {
    if (frame.refCnt() == 0) {
      reservation.release();
    } else {
      held.add(new Entry(frame, reservation));
    }
  }

  /** Looks at the oldest ones, which as a rule are let go first. */
  void sweepOldest() {
    while (!held.isEmpty() && held.getFirst().frame.refCnt() == 0) {
      held.removeFirst().reservation.release();
    }
  }

  /** Looks at all of them. */
  void sweepAll() {
    held.removeIf(
        entry -> {
          boolean free = entry.frame.refCnt() == 0;
          if (free) {
            entry.reservation.release();
          }
          return free;
        });
  }

  int size() {
    return held.size();
  }
}
