package io.millrace.replication;

import io.millrace.model.NodeId;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
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
  private final long epochStartNanos;
  private final Map<NodeId, FollowerPosition> followers = new HashMap<>();
  private InSyncReplicas inSync;
  private Set<NodeId> maximal;
  private int partitionEpoch;
  private boolean refused;
  private Set<NodeId> eligible = Set.of();
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
      long durableEndOffset,
      long nowNanos) {
    this.self = self;
    this.leaderEpoch = leaderEpoch;
    this.epochStartOffset = endOffset;
    this.epochStartNanos = nowNanos;
    this.inSync = inSync;
    this.maximal = inSync.maximal();
    this.partitionEpoch = -1;
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

  /**
   * Whether all that was committed under earlier leaders is known to be. Until then the high
   * watermark is the one that this replica had heard of as a follower, and others may have told
   * consumers of a higher one (KIP-207).
   */
  public boolean knowsCommitted() {
    return highWatermark >= epochStartOffset;
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
   * A follower asks for records from an offset, so it has everything below. A fetch from an earlier
   * registration of the follower than one that was heard of says nothing of it any more.
   *
   * @param brokerEpoch under which the follower is registered
   * @param durableOffset everything below is on its stable storage
   * @throws IllegalArgumentException if it is ahead of this leader: its log diverges and must be
   *     truncated first
   */
  public boolean onFollowerFetch(
      NodeId follower, long brokerEpoch, long fetchOffset, long durableOffset, long nowNanos) {
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
    if (before != null && brokerEpoch < before.brokerEpoch()) {
      return false;
    }
    FollowerPosition known =
        before == null ? FollowerPosition.unknown(brokerEpoch, epochStartNanos) : before;
    followers.put(
        follower,
        known.fetching(
            fetchOffset, durableOffset, brokerEpoch, durableCounts, endOffset, nowNanos));
    return advance();
  }

  /**
   * An image has decided: what was pending on the ground of an older one is so no longer. An image
   * of the same partition epoch decides nothing.
   *
   * @param newEligible who may lead though it is not in sync
   */
  public boolean onCommitted(
      int newPartitionEpoch, Set<NodeId> committed, Set<NodeId> newEligible) {
    if (newPartitionEpoch <= partitionEpoch) {
      return false;
    }
    partitionEpoch = newPartitionEpoch;
    eligible = newEligible;
    refused = false;
    return onInSyncReplicas(InSyncReplicas.of(committed));
  }

  private boolean onInSyncReplicas(InSyncReplicas newInSync) {
    inSync = newInSync;
    maximal = newInSync.maximal();
    return advance();
  }

  /**
   * The change that should be asked for now, if any; it is pending from now on. One at a time,
   * unless the controller has refused: then what was asked for stays pending, and another change of
   * the same partition epoch settles it, if need be the one to what is committed already.
   *
   * @param replicas who is assigned
   * @param lagNanos a follower that was not caught up for longer goes out
   */
  public Optional<Set<NodeId>> propose(
      Collection<NodeId> replicas, Brokers brokers, long nowNanos, long lagNanos) {
    if (inSync.isPending() && !refused) {
      return Optional.empty();
    }
    Set<NodeId> wanted = new HashSet<>(inSync.committed());
    wanted.removeIf(node -> !node.equals(self) && isLagging(node, nowNanos, lagNanos));
    for (NodeId node : replicas) {
      if (!inSync.committed().contains(node) && mayJoin(node, brokers, nowNanos, lagNanos)) {
        wanted.add(node);
      }
    }
    if (wanted.equals(inSync.committed())
        && !refused
        && eligible.stream().noneMatch(this::lacksCommitted)) {
      return Optional.empty();
    }
    refused = false;
    onInSyncReplicas(inSync.proposing(wanted));
    return Optional.of(wanted);
  }

  /** The controller has said no, for good, to what was asked for on this partition epoch. */
  public void onRefused(int ofPartitionEpoch) {
    refused |= ofPartitionEpoch == partitionEpoch && inSync.isPending();
  }

  /** The newest of the changes that are pending. */
  public Optional<Set<NodeId>> pending() {
    List<Set<NodeId>> proposed = inSync.proposed();
    return proposed.isEmpty() || refused
        ? Optional.empty()
        : Optional.of(proposed.get(proposed.size() - 1));
  }

  /** Of the image that was followed last, -1 before the first. */
  public int partitionEpoch() {
    return partitionEpoch;
  }

  private boolean isLagging(NodeId follower, long nowNanos, long lagNanos) {
    return lacksCommitted(follower) || nowNanos - caughtUpNanos(follower) > lagNanos;
  }

  /** Whether a follower has said that it has not all that is committed: its log was damaged. */
  private boolean lacksCommitted(NodeId follower) {
    FollowerPosition position = followers.get(follower);
    return position != null && position.endOffset() < highWatermark;
  }

  /** Who is counted on and lacks what is committed, beside those that are to be in sync. */
  public Set<NodeId> lackingCommitted(Set<NodeId> wanted) {
    Set<NodeId> lacking = new HashSet<>(inSync.committed());
    lacking.addAll(eligible);
    lacking.removeAll(wanted);
    lacking.removeIf(node -> !lacksCommitted(node));
    return lacking;
  }

  private boolean mayJoin(NodeId node, Brokers brokers, long nowNanos, long lagNanos) {
    FollowerPosition position = followers.get(node);
    if (position == null || !isCaughtUp(node) || isLagging(node, nowNanos, lagNanos)) {
      return false;
    }
    OptionalLong active = brokers.activeEpoch(node);
    return active.isPresent() && active.getAsLong() == position.brokerEpoch();
  }

  /**
   * Whether a follower may be asked to be taken in: it has all that is committed, and all of the
   * epochs before this one.
   */
  public boolean isCaughtUp(NodeId follower) {
    FollowerPosition position = followers.get(follower);
    return position != null
        && position.share(durableCounts) >= Math.max(highWatermark, epochStartOffset);
  }

  /** When a follower last had all that the leader had; the epoch's beginning if it never did. */
  public long caughtUpNanos(NodeId follower) {
    FollowerPosition position = followers.get(follower);
    return position == null ? epochStartNanos : position.caughtUpNanos();
  }

  /** The broker epoch under which a follower fetched last; -1 if it never did. */
  public long brokerEpoch(NodeId follower) {
    FollowerPosition position = followers.get(follower);
    return position == null ? -1 : position.brokerEpoch();
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
    return position == null ? -1 : position.share(durableCounts);
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
}
