package io.millrace.replication;

import io.millrace.model.NodeId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The replicas that a committed write is on: as the controller has committed them, and as this
 * leader has asked for since. Until an image decides, each of them may be what is in force, so the
 * high watermark is over the union, and the smallest of them must be large enough (KIP-497,
 * KIP-966). A refusal decides nothing: an earlier copy of the same request may still be on its way.
 *
 * @param committed of the newest image
 * @param proposed what was asked for on the ground of that image; empty if nothing was
 */
public record InSyncReplicas(Set<NodeId> committed, List<Set<NodeId>> proposed) {
  public InSyncReplicas {
    committed = Set.copyOf(committed);
    proposed = List.copyOf(proposed);
    if (committed.isEmpty() || proposed.stream().anyMatch(Set::isEmpty)) {
      throw new IllegalArgumentException("a partition with a leader has an in-sync replica");
    }
  }

  /** Nothing is pending. */
  public static InSyncReplicas of(Set<NodeId> committed) {
    return new InSyncReplicas(committed, List.of());
  }

  /** One change is pending. */
  public static InSyncReplicas changing(Set<NodeId> committed, Set<NodeId> proposed) {
    return of(committed).proposing(proposed);
  }

  /** As well as what was asked for before. */
  public InSyncReplicas proposing(Set<NodeId> wanted) {
    List<Set<NodeId>> all = new ArrayList<>(proposed);
    all.add(Set.copyOf(wanted));
    return new InSyncReplicas(committed, all);
  }

  public boolean isPending() {
    return !proposed.isEmpty();
  }

  /** Everybody who may be in sync. */
  public Set<NodeId> maximal() {
    if (proposed.isEmpty()) {
      return committed;
    }
    Set<NodeId> union = new HashSet<>(committed);
    proposed.forEach(union::addAll);
    return union;
  }

  /** How many are in sync whatever becomes of the pending changes. */
  public int certainCount() {
    int count = committed.size();
    for (Set<NodeId> wanted : proposed) {
      count = Math.min(count, wanted.size());
    }
    return count;
  }
}
