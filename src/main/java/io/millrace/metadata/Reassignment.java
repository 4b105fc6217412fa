package io.millrace.metadata;

import io.millrace.model.NodeId;
import io.millrace.model.image.TopicImage;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Moves a partition to other replicas (KIP-455): those that come are added, and once all of them
 * are in sync those that go are removed. What was in sync stays in sync meanwhile, so that nothing
 * depends on the new ones before they have everything.
 *
 * <p>{@code replicas = target replicas, then removing replicas}; {@code adding replicas} are those
 * of the target that were none before.
 */
final class Reassignment {
  private Reassignment() {}

  /** Sets out for these replicas, in place of where it was moving so far. */
  static void begin(
      TopicImage topic, PartitionDraft draft, List<NodeId> target, LeaderElection election) {
    Set<NodeId> settled = new LinkedHashSet<>(draft.replicas());
    settled.removeAll(draft.adding());
    // Those that were being added and had caught up already hold acknowledged records.
    settled.addAll(draft.hadAll());
    settled.addAll(draft.lastKnownInSync());
    Set<NodeId> all = new LinkedHashSet<>(target);
    all.addAll(settled);
    List<NodeId> adding = new ArrayList<>(target);
    adding.removeAll(settled);
    List<NodeId> removing = new ArrayList<>(all);
    removing.removeAll(target);
    draft.place(List.copyOf(all), adding, removing);
    completeIfDone(topic, draft, election);
  }

  /** Goes back to the replicas that it had before. */
  static void cancel(TopicImage topic, PartitionDraft draft, LeaderElection election) {
    List<NodeId> back = new ArrayList<>(draft.replicas());
    back.removeAll(draft.adding());
    begin(topic, draft, back, election);
  }

  /**
   * Ends the move once every added replica is in sync and an in-sync replica stays. While nobody
   * leads nothing ends: who was in sync is still needed.
   */
  static void completeIfDone(TopicImage topic, PartitionDraft draft, LeaderElection election) {
    boolean isMoving = !draft.adding().isEmpty() || !draft.removing().isEmpty();
    if (!isMoving || draft.leader().isEmpty() || !draft.inSync().containsAll(draft.adding())) {
      return;
    }
    List<NodeId> stay = new ArrayList<>(draft.replicas());
    stay.removeAll(draft.removing());
    List<NodeId> inSync = new ArrayList<>(draft.inSync());
    inSync.retainAll(stay);
    boolean someoneCanLead = inSync.stream().anyMatch(election::isActive);
    if (!someoneCanLead) {
      return;
    }
    draft.keepInSync(inSync);
    draft.place(stay, List.of(), List.of());
    election.settle(topic, draft);
  }
}
