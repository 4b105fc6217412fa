package io.millrace.metadata;

import io.millrace.model.NodeId;
import io.millrace.model.image.PartitionImage;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * What holds for every partition of every image: {@code leader in inSyncReplicas, inSyncReplicas in
 * replicas}, adding and removing replicas are replicas and never the same, no replica twice, some
 * replica stays, epochs at least 0, none that is eligible to lead in sync; where there are last
 * known in-sync replicas nobody leads, and those in sync or eligible are of them. From one image to
 * the next {@code leaderEpoch' >= leaderEpoch}, larger if the leader is another one or was elected
 * uncleanly, {@code partitionEpoch' > partitionEpoch}.
 */
final class PartitionRules {
  private PartitionRules() {}

  /**
   * These partitions, if they hold the rules and are numbered on from the first.
   *
   * @throws IllegalStateException otherwise
   */
  static List<PartitionImage> checked(List<PartitionImage> partitions, int first) {
    for (int i = 0; i < partitions.size(); i++) {
      PartitionImage partition = partitions.get(i);
      require(partition.partition() == first + i, partition, "is not number " + (first + i));
      require(partition.leaderEpoch() >= 0, partition, "has a negative leader epoch");
      require(partition.partitionEpoch() >= 0, partition, "has a negative partition epoch");
      checkReplicas(partition);
    }
    return partitions;
  }

  /**
   * The partition after a change.
   *
   * @throws IllegalStateException if an epoch goes back or the leadership breaks the rules
   */
  static PartitionImage changed(PartitionImage before, PartitionImage change) {
    PartitionImage now = change.replicas().isEmpty() ? withReplicas(change, before) : change;
    boolean isNewEpoch =
        !now.leader().equals(before.leader()) || (now.leaderUnclean() && !before.leaderUnclean());
    int leastEpoch = isNewEpoch ? before.leaderEpoch() + 1 : before.leaderEpoch();
    require(now.leaderEpoch() >= leastEpoch, now, "does not follow " + before);
    require(now.partitionEpoch() > before.partitionEpoch(), now, "does not follow " + before);
    checkReplicas(now);
    return now;
  }

  private static PartitionImage withReplicas(PartitionImage change, PartitionImage before) {
    return new PartitionImage(
        change.partition(),
        change.leader(),
        change.leaderEpoch(),
        change.partitionEpoch(),
        before.replicas(),
        change.inSyncReplicas(),
        before.addingReplicas(),
        before.removingReplicas(),
        change.lastKnownInSync(),
        change.leaderUnclean(),
        change.eligibleLeaderReplicas());
  }

  private static void checkReplicas(PartitionImage partition) {
    List<NodeId> replicas = partition.replicas();
    require(!replicas.isEmpty(), partition, "has no replica");
    require(isSet(replicas), partition, "has a replica twice");
    checkAmong(
        replicas, partition.inSyncReplicas(), partition, "has in-sync replicas that are none");
    checkAmong(replicas, partition.addingReplicas(), partition, "adds replicas that are none");
    checkAmong(replicas, partition.removingReplicas(), partition, "removes replicas that are none");
    checkAmong(replicas, partition.lastKnownInSync(), partition, "knew replicas that are none");
    checkAmong(
        replicas,
        partition.eligibleLeaderReplicas(),
        partition,
        "has eligible replicas that are none");
    require(
        Collections.disjoint(partition.eligibleLeaderReplicas(), partition.inSyncReplicas()),
        partition,
        "has replicas that are in sync and eligible to be");
    require(
        Collections.disjoint(partition.addingReplicas(), partition.removingReplicas()),
        partition,
        "adds what it removes");
    require(!partition.targetReplicas().isEmpty(), partition, "removes every replica");
    Optional<NodeId> leader = partition.leader();
    require(
        leader.isEmpty() || partition.inSyncReplicas().contains(leader.get()),
        partition,
        "has a leader that is not in sync");
    require(
        partition.lastKnownInSync().isEmpty()
            || (leader.isEmpty()
                && partition.lastKnownInSync().containsAll(partition.inSyncReplicas())
                && partition.lastKnownInSync().containsAll(partition.eligibleLeaderReplicas())),
        partition,
        "has lost in-sync replicas and yet a leader, or others in sync");
  }

  private static void checkAmong(
      List<NodeId> replicas, List<NodeId> some, PartitionImage partition, String otherwise) {
    require(isSet(some) && replicas.containsAll(some), partition, otherwise);
  }

  private static boolean isSet(List<NodeId> nodes) {
    return new HashSet<>(nodes).size() == nodes.size();
  }

  private static void require(boolean holds, PartitionImage partition, String otherwise) {
    if (!holds) {
      throw new IllegalStateException("metadata log: " + partition + " " + otherwise);
    }
  }
}
