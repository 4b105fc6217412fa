package io.millrace.replication;

import io.millrace.model.NodeId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The leader's view of a partition in one leader epoch: how far each replica is, who is in sync,
 * and from that the high watermark. A replica's share is its end offset, or with flush.mode=ack its
 * durable end offset.
 *
 * <p>Invariants, checked in production: {@code highWatermark <= endOffset}; the high watermark
 * never moves back; when it moves, {@code highWatermark == min(share)} over committed and pending
 * in-sync replicas, and {@code |in sync| >= min.insync.replicas}.
 *
 * <p>Threading: the partition's owner thread. Every {@code on...} method says whether the high
 * watermark moved.
 */
public final class LeaderReplica {
  private final NodeId self;
  private final int leaderEpoch;
  private final long epochStartOffset;
  private final Map<NodeId, FollowerPosition> followers = new HashMap<>();
  private InSyncReplicas inSync;
  private Set<NodeId> maximal;
  private int minInSyncReplicas;
  private boolean durableCounts;
  private long endOffset;
  private long durableEndOffset;
  private long highWatermark;

  /**
   * Takes over the leadership.
   *
   * @param highWatermark as this replica knew it; not above the log's end
   * @param endOffset of the log now: where this epoch starts
   */
  public LeaderReplica(
      NodeId self,
      int leaderEpoch,
      InSyncReplicas inSync,
      long highWatermark,
      long endOffset,
      long durableEndOffset) {
    this.self = self;
    this.leaderEpoch = leaderEpoch;
    this.epochStartOffset = endOffset;
    this.inSync = inSync;
    this.maximal = inSync.maximal();
    this.minInSyncReplicas = 1;
    this.highWatermark = highWatermark;
    this.endOffset = endOffset;
    this.durableEndOffset = durableEndOffset;
    requireOrder();
  }

  public int leaderEpoch() {
    return leaderEpoch;
  }

  /** One more than the last offset that consumers may see. */
  public long highWatermark() {
    return highWatermark;
  }

  /** Whether acks=all may be accepted. */
  public boolean hasEnoughInSync() {
    return inSync.certainCount() >= minInSyncReplicas;
  }

  public InSyncReplicas inSync() {
    return inSync;
  }

  /** New topic settings. */
  public boolean onSettings(int newMinInSyncReplicas, boolean newDurableCounts) {
    minInSyncReplicas = newMinInSyncReplicas;
    durableCounts = newDurableCounts;
    return advance();
  }

  /** The leader's own log has grown, or more of it is on stable storage. */
  public boolean onLocalEnd(long newEndOffset, long newDurableEndOffset) {
    if (newEndOffset < endOffset) {
      throw new IllegalStateException(
          "a leader's log went back from " + endOffset + " to " + newEndOffset);
    }
    endOffset = newEndOffset;
    durableEndOffset = newDurableEndOffset;
    requireOrder();
    return advance();
  }

  /**
   * A follower asks for records from an offset, so it has everything below.
   *
   * @param durableOffset everything below is on its stable storage
   * @throws IllegalArgumentException if it is ahead of this leader: its log diverges and must be
   *     truncated first
   */
  public boolean onFollowerFetch(
      NodeId follower, long fetchOffset, long durableOffset, long nowNanos) {
    if (fetchOffset > endOffset || durableOffset > fetchOffset) {
      throw new IllegalArgumentException(
          "follower "
              + follower
              + " fetches from "
              + fetchOffset
              + ", durable "
              + durableOffset
              + ", but the leader's log ends at "
              + endOffset);
    }
    FollowerPosition before = followers.get(follower);
    long caughtUpNanos =
        before == null || fetchOffset >= endOffset ? nowNanos : before.caughtUpNanos();
    followers.put(follower, new FollowerPosition(fetchOffset, durableOffset, caughtUpNanos));
    return advance();
  }

  /** The controller has decided, or this leader asks for a change. */
  public boolean onInSyncReplicas(InSyncReplicas newInSync) {
    inSync = newInSync;
    maximal = newInSync.maximal();
    return advance();
  }

  /**
   * Whether a follower may be asked to be taken in: it has all that is committed, and all of the
   * epochs before this one.
   */
  public boolean isCaughtUp(NodeId follower) {
    FollowerPosition position = followers.get(follower);
    return position != null && share(position) >= Math.max(highWatermark, epochStartOffset);
  }

  /** Since when a follower has not been at the leader's end; empty if it never fetched. */
  public Optional<Long> caughtUpNanos(NodeId follower) {
    return Optional.ofNullable(followers.get(follower)).map(FollowerPosition::caughtUpNanos);
  }

  private boolean advance() {
    if (!hasEnoughInSync()) {
      return false;
    }
    long lowest = Long.MAX_VALUE;
    for (NodeId replica : maximal) {
      lowest = Math.min(lowest, shareOf(replica));
    }
    if (lowest <= highWatermark) {
      return false;
    }
    highWatermark = lowest;
    requireOrder();
    return true;
  }

  private long shareOf(NodeId replica) {
    if (replica.equals(self)) {
      return durableCounts ? durableEndOffset : endOffset;
    }
    FollowerPosition position = followers.get(replica);
    // Before its first fetch nothing is known of a follower.
    return position == null ? -1 : share(position);
  }

  private long share(FollowerPosition position) {
    return durableCounts ? position.durableOffset() : position.endOffset();
  }

  private void requireOrder() {
    if (highWatermark > endOffset || durableEndOffset > endOffset) {
      throw new IllegalStateException(
          "high watermark "
              + highWatermark
              + " and durable end "
              + durableEndOffset
              + " must not be above the end offset "
              + endOffset);
    }
  }

  private record FollowerPosition(long endOffset, long durableOffset, long caughtUpNanos) {}
}
