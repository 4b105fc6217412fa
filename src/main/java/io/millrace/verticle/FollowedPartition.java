package io.millrace.verticle;

import io.millrace.model.NodeId;

/**
 * A partition that is followed, and where its next fetch stands.
 *
 * <pre>
 *   READY -> IN_FLIGHT -> READY
 *                      -> DELAYED   (it failed)                    -> READY
 *                      -> FLUSHING  (first to say what is durable) -> READY
 *                      -> BUSY      (its log is truncated)         -> READY
 * </pre>
 *
 * <p>Threading: the shard's thread.
 */
final class FollowedPartition {
  enum State {
    READY,
    IN_FLIGHT,
    DELAYED,
    FLUSHING,
    BUSY
  }

  private final HostedPartition hosted;
  private final NodeId leader;
  private final int leaderEpoch;
  private final boolean adding;
  private State state = State.READY;
  private long callNumber;
  private int askedEpoch;
  private long retryAtNanos;
  private int failures;

  FollowedPartition(HostedPartition hosted, NodeId leader, int leaderEpoch, boolean adding) {
    this.hosted = hosted;
    this.leader = leader;
    this.leaderEpoch = leaderEpoch;
    this.adding = adding;
  }

  HostedPartition hosted() {
    return hosted;
  }

  NodeId leader() {
    return leader;
  }

  /** Whether it is being added to this node, and so is copied no faster than the throttle. */
  boolean isAdding() {
    return adding;
  }

  boolean isOf(NodeId otherLeader, int otherEpoch, boolean otherAdding) {
    return leader.equals(otherLeader) && leaderEpoch == otherEpoch && adding == otherAdding;
  }

  State state() {
    return state;
  }

  void toReady() {
    state = State.READY;
  }

  void toInFlight(long number, int lastFetchedEpoch) {
    state = State.IN_FLIGHT;
    callNumber = number;
    askedEpoch = lastFetchedEpoch;
  }

  /** The epoch of its last record when it was asked for last. */
  int askedEpoch() {
    return askedEpoch;
  }

  boolean isIn(long number) {
    return state == State.IN_FLIGHT && callNumber == number;
  }

  void toBusy() {
    state = State.BUSY;
  }

  void toFlushing() {
    failures = 0;
    state = State.FLUSHING;
  }

  void succeeded() {
    failures = 0;
  }

  /** Waits before the next fetch, each time in a row twice as long, up to the most. */
  void toDelayed(long nowNanos, long firstNanos, long mostNanos) {
    long delay = Math.min(mostNanos, firstNanos << Math.min(failures, 20));
    failures++;
    state = State.DELAYED;
    retryAtNanos = nowNanos + delay;
  }

  boolean isDelayOver(long nowNanos) {
    return nowNanos - retryAtNanos >= 0;
  }
}
