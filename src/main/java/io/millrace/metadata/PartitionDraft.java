package io.millrace.metadata;

import io.millrace.model.NodeId;
import io.millrace.model.image.PartitionImage;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A partition while it is decided what becomes of it. It starts as it is; {@link #finished} makes
 * the epochs grow as they must.
 *
 * <p>Threading: one thread.
 */
final class PartitionDraft {
  private final PartitionImage before;
  private Optional<NodeId> leader;
  private boolean newLeaderEpoch;
  private boolean newPartitionEpoch;
  private List<NodeId> replicas;
  private List<NodeId> inSync;
  private List<NodeId> adding;
  private List<NodeId> removing;
  private List<NodeId> lastKnownInSync;
  private boolean unclean;

  PartitionDraft(PartitionImage before) {
    this.before = before;
    this.leader = before.leader();
    this.replicas = before.replicas();
    this.inSync = before.inSyncReplicas();
    this.adding = before.addingReplicas();
    this.removing = before.removingReplicas();
    this.lastKnownInSync = before.lastKnownInSync();
    this.unclean = before.leaderUnclean();
  }

  int partition() {
    return before.partition();
  }

  Optional<NodeId> leader() {
    return leader;
  }

  List<NodeId> replicas() {
    return replicas;
  }

  List<NodeId> inSync() {
    return inSync;
  }

  List<NodeId> adding() {
    return adding;
  }

  List<NodeId> removing() {
    return removing;
  }

  List<NodeId> lastKnownInSync() {
    return lastKnownInSync;
  }

  /** This node leads, in an epoch of its own; whatever was lost is found or given up. */
  void lead(NodeId node, boolean cleanly) {
    leader = Optional.of(node);
    newLeaderEpoch = true;
    lastKnownInSync = List.of();
    unclean |= !cleanly;
  }

  /** Nobody leads. */
  void endLeadership() {
    newLeaderEpoch |= leader.isPresent();
    leader = Optional.empty();
  }

  void keepInSync(List<NodeId> nodes) {
    inSync = List.copyOf(nodes);
  }

  /**
   * Whoever asked for this waits for a later partition epoch, also if nothing else becomes another
   * (KIP-497).
   */
  void answerAsker() {
    newPartitionEpoch = true;
  }

  void removeFromInSync(NodeId node) {
    inSync = inSync.stream().filter(member -> !member.equals(node)).toList();
  }

  void remember(List<NodeId> nodes) {
    Set<NodeId> all = new LinkedHashSet<>(lastKnownInSync);
    all.addAll(nodes);
    lastKnownInSync = List.copyOf(all);
  }

  void place(List<NodeId> newReplicas, List<NodeId> newAdding, List<NodeId> newRemoving) {
    replicas = List.copyOf(newReplicas);
    adding = List.copyOf(newAdding);
    removing = List.copyOf(newRemoving);
  }

  /** The partition as it was decided; the one before if nothing was. */
  PartitionImage finished() {
    boolean stillUnclean = unclean && !inSync.containsAll(replicas);
    boolean isSame =
        !newLeaderEpoch
            && !newPartitionEpoch
            && leader.equals(before.leader())
            && replicas.equals(before.replicas())
            && inSync.equals(before.inSyncReplicas())
            && adding.equals(before.addingReplicas())
            && removing.equals(before.removingReplicas())
            && lastKnownInSync.equals(before.lastKnownInSync())
            && stillUnclean == before.leaderUnclean();
    return isSame
        ? before
        : new PartitionImage(
            before.partition(),
            leader,
            before.leaderEpoch() + (newLeaderEpoch ? 1 : 0),
            before.partitionEpoch() + 1,
            replicas,
            inReplicaOrder(inSync),
            adding,
            removing,
            inReplicaOrder(lastKnownInSync),
            stillUnclean);
  }

  private List<NodeId> inReplicaOrder(List<NodeId> nodes) {
    List<NodeId> ordered = new ArrayList<>(replicas);
    ordered.retainAll(nodes);
    return ordered;
  }
}
