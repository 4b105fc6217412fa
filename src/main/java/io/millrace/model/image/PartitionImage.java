package io.millrace.model.image;

import io.millrace.model.NodeId;
import java.util.List;
import java.util.Optional;

/**
 * What the cluster has decided about one partition.
 *
 * @param partition its number within the topic, from 0
 * @param leader the node that leads, or empty while none can
 * @param leaderEpoch grows by one whenever the leader changes or registers anew
 * @param partitionEpoch grows with every change of this record
 * @param replicas all the nodes that hold it, the preferred leader first; while it moves, also
 *     those that are being added or removed
 * @param inSyncReplicas the replicas that an acknowledged write must be on
 * @param addingReplicas those of the replicas that are being added
 * @param removingReplicas those of the replicas that go once the added ones are in sync
 * @param lastKnownInSync while nobody leads and a replica that was in sync lost what its machine
 *     had not written: all that were in sync before. Nobody leads until all of them have come back,
 *     or somebody says otherwise
 * @param leaderUnclean whether the history may have lost acknowledged records: a leader was elected
 *     that need not have had all. Only then may a replica cut its log below its high watermark. It
 *     stays so, also under later leaders, until every replica is in sync again
 * @param eligibleLeaderReplicas replicas that are not in sync and yet have all that is committed:
 *     they went out when fewer than {@code min.insync.replicas} stayed, and nothing was committed
 *     since (KIP-966). They lead where nobody who is in sync can
 */
public record PartitionImage(
    int partition,
    Optional<NodeId> leader,
    int leaderEpoch,
    int partitionEpoch,
    List<NodeId> replicas,
    List<NodeId> inSyncReplicas,
    List<NodeId> addingReplicas,
    List<NodeId> removingReplicas,
    List<NodeId> lastKnownInSync,
    boolean leaderUnclean,
    List<NodeId> eligibleLeaderReplicas) {
  public PartitionImage {
    replicas = List.copyOf(replicas);
    inSyncReplicas = List.copyOf(inSyncReplicas);
    addingReplicas = List.copyOf(addingReplicas);
    removingReplicas = List.copyOf(removingReplicas);
    lastKnownInSync = List.copyOf(lastKnownInSync);
    eligibleLeaderReplicas = List.copyOf(eligibleLeaderReplicas);
  }

  /** A partition that does not move and was never led uncleanly. */
  public PartitionImage(
      int partition,
      Optional<NodeId> leader,
      int leaderEpoch,
      int partitionEpoch,
      List<NodeId> replicas,
      List<NodeId> inSyncReplicas) {
    this(
        partition,
        leader,
        leaderEpoch,
        partitionEpoch,
        replicas,
        inSyncReplicas,
        List.of(),
        List.of(),
        List.of(),
        false,
        List.of());
  }

  /** The same with other eligible leader replicas. */
  public PartitionImage withEligibleLeaderReplicas(List<NodeId> eligible) {
    return new PartitionImage(
        partition,
        leader,
        leaderEpoch,
        partitionEpoch,
        replicas,
        inSyncReplicas,
        addingReplicas,
        removingReplicas,
        lastKnownInSync,
        leaderUnclean,
        eligible);
  }

  /** Whether replicas are being added or removed. */
  public boolean isMoving() {
    return !addingReplicas.isEmpty() || !removingReplicas.isEmpty();
  }

  /** The replicas that it has once it does not move any more. */
  public List<NodeId> targetReplicas() {
    return replicas.stream().filter(replica -> !removingReplicas.contains(replica)).toList();
  }

  /** How many replicas it has beside those that are only being added. */
  public int settledReplicas() {
    return replicas.size() - addingReplicas.size();
  }

  /** Whether the node is known to have all that is committed, in sync or not. */
  public boolean mayLead(NodeId node) {
    return inSyncReplicas.contains(node) || eligibleLeaderReplicas.contains(node);
  }

  public boolean isLedBy(NodeId node) {
    return leader.isPresent() && leader.get().equals(node);
  }
}
