package io.millrace.model.image;

import io.millrace.model.NodeId;
import java.util.List;

/**
 * What the cluster has decided about one partition.
 *
 * @param partition its number within the topic, from 0
 * @param leader the node that leads, or empty while none can
 * @param leaderEpoch grows by one whenever the leader changes or registers anew
 * @param partitionEpoch grows with every change of this record
 * @param replicas all the nodes that hold it, the preferred leader first
 * @param inSyncReplicas the replicas that an acknowledged write must be on
 */
public record PartitionImage(
    int partition,
    java.util.Optional<NodeId> leader,
    int leaderEpoch,
    int partitionEpoch,
    List<NodeId> replicas,
    List<NodeId> inSyncReplicas) {
  public PartitionImage {
    replicas = List.copyOf(replicas);
    inSyncReplicas = List.copyOf(inSyncReplicas);
  }
}
