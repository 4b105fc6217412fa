package io.millrace.client;

import java.util.List;
import java.util.Map;

/**
 * The cluster, as the node that was asked knows it.
 *
 * @param controller node that decides about metadata, -1 if none is known
 * @param metadataVersion grows with every change of metadata
 * @param voters nodes whose majority keeps metadata; empty on a single node
 * @param learners nodes that are about to become voters
 * @param offlinePartitions partitions that nobody leads
 * @param underReplicatedPartitions partitions with a replica that is not in sync
 * @param nodes by id
 */
public record ClusterDetails(
    String clusterId,
    int controller,
    long metadataVersion,
    List<Integer> voters,
    List<Integer> learners,
    int topics,
    int partitions,
    int offlinePartitions,
    int underReplicatedPartitions,
    List<NodeDetails> nodes) {
  /**
   * A node.
   *
   * @param fenced whether the controller does not hear from it: it leads nothing
   * @param draining whether its replicas are moved elsewhere
   * @param rack empty if nobody said
   * @param endpoints host:port by listener: kafka, tcp, http, bus; those that are known
   * @param leads partitions that it leads
   * @param replicas partitions that it has a replica of
   * @param outOfSync replicas of it that are not in sync
   */
  public record NodeDetails(
      int nodeId,
      boolean fenced,
      boolean draining,
      String rack,
      Map<String, String> endpoints,
      int leads,
      int replicas,
      int outOfSync) {}
}
