package io.millrace.metadata;

import io.millrace.metadata.MetadataRecord.PartitionsChanged.Change;
import io.millrace.model.NodeId;
import io.millrace.model.image.PartitionImage;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * What holds for every partition of every image: {@code leader in inSyncReplicas, inSyncReplicas in
 * replicas}, no replica twice, epochs at least 0, and from one image to the next {@code
 * leaderEpoch' >= leaderEpoch}, larger if the leader is another one, {@code partitionEpoch' >
 * partitionEpoch}.
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
  static PartitionImage changed(PartitionImage before, Change change) {
    boolean isOtherLeader = !change.leader().equals(before.leader());
    int leastEpoch = isOtherLeader ? before.leaderEpoch() + 1 : before.leaderEpoch();
    PartitionImage now =
        new PartitionImage(
            before.partition(),
            change.leader(),
            change.leaderEpoch(),
            change.partitionEpoch(),
            before.replicas(),
            change.inSyncReplicas());
    require(change.leaderEpoch() >= leastEpoch, now, "does not follow " + before);
    require(change.partitionEpoch() > before.partitionEpoch(), now, "does not follow " + before);
    checkReplicas(now);
    return now;
  }

  private static void checkReplicas(PartitionImage partition) {
    HashSet<NodeId> replicas = new HashSet<>(partition.replicas());
    require(!replicas.isEmpty(), partition, "has no replica");
    require(replicas.size() == partition.replicas().size(), partition, "has a replica twice");
    HashSet<NodeId> inSync = new HashSet<>(partition.inSyncReplicas());
    require(
        inSync.size() == partition.inSyncReplicas().size() && replicas.containsAll(inSync),
        partition,
        "has in-sync replicas that are none");
    Optional<NodeId> leader = partition.leader();
    require(
        leader.isEmpty() || inSync.contains(leader.get()),
        partition,
        "has a leader that is not in sync");
  }

  private static void require(boolean holds, PartitionImage partition, String otherwise) {
    if (!holds) {
      throw new IllegalStateException("metadata log: " + partition + " " + otherwise);
    }
  }
}
