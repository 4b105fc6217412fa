package io.millrace.metadata;

import io.millrace.model.NodeId;
import io.millrace.model.config.TopicSettings;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
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
  private final TopicImage topic;
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
  private boolean newHistory;
  private final Set<NodeId> lost = new HashSet<>();

  /**
   * Of a partition as it is.
   *
   * @param topic with the settings that hold from here on
   */
  PartitionDraft(TopicImage topic, PartitionImage before) {
    this.topic = topic;
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

  /** Whether the node is not in sync, and has all that is committed. */
  boolean isEligible(NodeId node) {
    return before.eligibleLeaderReplicas().contains(node) && !lost.contains(node);
  }

  /** Who had all that is committed, in sync or not, before anything was decided here. */
  Set<NodeId> hadAll() {
    Set<NodeId> all = new LinkedHashSet<>(before.inSyncReplicas());
    all.addAll(before.eligibleLeaderReplicas());
    return all;
  }

  /** This node leads, in an epoch of its own; whatever was lost is found or given up. */
  void lead(NodeId node, boolean cleanly) {
    leader = Optional.of(node);
    newLeaderEpoch = true;
    lastKnownInSync = List.of();
    unclean |= !cleanly;
    newHistory |= !cleanly;
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

  /** The node does not have, or may not have, all that is committed. */
  void lose(NodeId node) {
    lost.add(node);
    inSync = inSync.stream().filter(member -> !member.equals(node)).toList();
  }

  /** Until all of them are back, if nobody leads before. */
  void rememberWhoHadAll() {
    Set<NodeId> all = new LinkedHashSet<>(lastKnownInSync);
    all.addAll(hadAll());
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
    List<NodeId> nowEligible = nowEligible();
    boolean isSame =
        !newLeaderEpoch
            && !newPartitionEpoch
            && leader.equals(before.leader())
            && replicas.equals(before.replicas())
            && inSync.equals(before.inSyncReplicas())
            && adding.equals(before.addingReplicas())
            && removing.equals(before.removingReplicas())
            && lastKnownInSync.equals(before.lastKnownInSync())
            && stillUnclean == before.leaderUnclean()
            && nowEligible.equals(before.eligibleLeaderReplicas());
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
            stillUnclean,
            nowEligible);
  }

  /**
   * Whoever goes out while fewer than {@code min.insync.replicas} stay has all that is committed
   * until that many are in sync again, since nothing is committed meanwhile.
   */
  private List<NodeId> nowEligible() {
    int settled = replicas.size() - adding.size();
    boolean mayCommit = inSync.size() >= TopicSettings.minInSyncReplicas(topic.settings(), settled);
    if (mayCommit || newHistory) {
      return List.of();
    }
    Set<NodeId> eligible = hadAll();
    eligible.removeAll(inSync);
    eligible.removeAll(lost);
    return inReplicaOrder(eligible);
  }

  private List<NodeId> inReplicaOrder(Collection<NodeId> nodes) {
    List<NodeId> ordered = new ArrayList<>(replicas);
    ordered.retainAll(nodes);
    return ordered;
  }
}
