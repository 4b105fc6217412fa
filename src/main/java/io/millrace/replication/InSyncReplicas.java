package io.millrace.replication;

import io.millrace.model.NodeId;
import java.util.HashSet;
import java.util.Set;

/**
 * The replicas that a committed write is on: as the controller has committed them, and as this
 * leader has asked for. Until the answer is known both must hold, so the high watermark is over the
 * union, and the smaller of the two must be large enough (KIP-497, KIP-966).
 *
 * @param committed of the newest image
 * @param pending of a change that is under way; equal to {@code committed} if there is none
 */
public record InSyncReplicas(Set<NodeId> committed, Set<NodeId> pending) {
  public InSyncReplicas {
    committed = Set.copyOf(committed);
    pending = Set.copyOf(pending);
    if (committed.isEmpty() || pending.isEmpty()) {
      throw new IllegalArgumentException("a partition with a leader has an in-sync replica");
    }
  }

  /** Nothing is pending. */
  public static InSyncReplicas of(Set<NodeId> committed) {
    return new InSyncReplicas(committed, committed);
  }

  /** Everybody who may be in sync. */
  public Set<NodeId> maximal() {
    if (committed.equals(pending)) {
      return committed;
    }
    Set<NodeId> union = new HashSet<>(committed);
    union.addAll(pending);
    return union;
  }

  /** How many are in sync whatever becomes of the pending change. */
  public int certainCount() {
    return Math.min(committed.size(), pending.size());
  }
}
