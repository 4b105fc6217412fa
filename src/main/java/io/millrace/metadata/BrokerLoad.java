package io.millrace.metadata;

import io.millrace.model.NodeId;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How many replicas each broker has, and how many partitions it is to lead, once every move that is
 * under way is done.
 */
final class BrokerLoad {
  private final Map<NodeId, Integer> replicas = new HashMap<>();
  private final Map<NodeId, Integer> leaders = new HashMap<>();

  static BrokerLoad of(ClusterImage image) {
    BrokerLoad load = new BrokerLoad();
    image.topics().forEach(load::add);
    return load;
  }

  /** Of one topic alone. */
  static BrokerLoad of(TopicImage topic) {
    BrokerLoad load = new BrokerLoad();
    load.add(topic);
    return load;
  }

  private void add(TopicImage topic) {
    for (PartitionImage partition : topic.partitions()) {
      add(partition.targetReplicas());
    }
  }

  /** A partition on these replicas, the first of which is to lead. */
  void add(List<NodeId> partition) {
    count(partition, 1);
  }

  void remove(List<NodeId> partition) {
    count(partition, -1);
  }

  private void count(List<NodeId> partition, int difference) {
    partition.forEach(node -> replicas.merge(node, difference, Integer::sum));
    leaders.merge(partition.get(0), difference, Integer::sum);
  }

  int replicas(NodeId node) {
    return replicas.getOrDefault(node, 0);
  }

  int leaders(NodeId node) {
    return leaders.getOrDefault(node, 0);
  }
}
