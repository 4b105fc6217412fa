package io.millrace.model.image;

import io.millrace.model.NodeId;
import java.util.Map;
import java.util.TreeMap;

/**
 * How partitions are spread over nodes, and how many are not as they should be.
 *
 * @param offline partitions that nobody leads
 * @param underReplicated partitions with a replica that is not in sync
 * @param byNode of each node that is registered or has a replica
 */
public record ReplicationSummary(int offline, int underReplicated, Map<NodeId, NodeShare> byNode) {

  /**
   * What a node has.
   *
   * @param leads partitions that it leads
   * @param replicas partitions that it has a replica of
   * @param outOfSync those of its replicas that are not in sync
   */
  public record NodeShare(int leads, int replicas, int outOfSync) {
    static final NodeShare NONE = new NodeShare(0, 0, 0);

    private NodeShare plus(NodeShare other) {
      return new NodeShare(
          leads + other.leads, replicas + other.replicas, outOfSync + other.outOfSync);
    }
  }

  /** Counts all partitions of an image. */
  public static ReplicationSummary of(ClusterImage image) {
    int offline = 0;
    int underReplicated = 0;
    Map<NodeId, NodeShare> byNode = new TreeMap<>((a, b) -> Integer.compare(a.value(), b.value()));
    image.brokers().forEach(broker -> byNode.put(broker.id(), NodeShare.NONE));
    for (TopicImage topic : image.topics()) {
      for (PartitionImage partition : topic.partitions()) {
        offline += partition.leader().isEmpty() ? 1 : 0;
        underReplicated += isUnderReplicated(partition) ? 1 : 0;
        partition
            .replicas()
            .forEach(node -> byNode.merge(node, share(partition, node), NodeShare::plus));
      }
    }
    return new ReplicationSummary(offline, underReplicated, Map.copyOf(byNode));
  }

  /** Whether a replica is not in sync. */
  public static boolean isUnderReplicated(PartitionImage partition) {
    return !partition.inSyncReplicas().containsAll(partition.replicas());
  }

  private static NodeShare share(PartitionImage partition, NodeId node) {
    boolean leads = partition.leader().filter(node::equals).isPresent();
    return new NodeShare(leads ? 1 : 0, 1, partition.inSyncReplicas().contains(node) ? 0 : 1);
  }

  /** What the node has; nothing if it is not known. */
  public NodeShare of(NodeId node) {
    return byNode.getOrDefault(node, NodeShare.NONE);
  }
}
