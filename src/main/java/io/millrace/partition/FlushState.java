package io.millrace.partition;

import io.millrace.log.PartitionLog;

/**
 * When a log must be fsynced. One fsync at a time; what is written while it runs is covered by the
 * next (group commit).
 */
final class FlushState {
  private final PartitionLog log;
  private boolean inFlight;
  private boolean isDirty;
  private long dirtySinceNanos;

  FlushState(PartitionLog log) {
    this.log = log;
  }

  void written(long nowNanos) {
    if (!isDirty) {
      isDirty = true;
      dirtySinceNanos = nowNanos;
    }
  }

  /** Whether something is written that no fsync under way covers, and none is under way. */
  boolean canBegin() {
    return isDirty && !inFlight;
  }

  boolean inFlight() {
    return inFlight;
  }

  boolean isDirty() {
    return isDirty;
  }

  /** When the oldest write was made that no fsync covers yet; only while dirty. */
  long dirtySinceNanos() {
    return dirtySinceNanos;
  }

  void began() {
    if (inFlight) {
      throw new IllegalStateException("one fsync at a time");
    }
    inFlight = true;
    isDirty = false;
  }

  void ended() {
    inFlight = false;
    // The log itself may have fsynced more, for instance when it rolled a segment.
    if (isDirty && log.durableEndOffset() >= log.endOffset()) {
      isDirty = false;
    }
  }
}
