package io.millrace.metadata;

import io.millrace.model.NodeId;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Chooses brokers for replicas: each partition in as many racks as there are, the broker with the
 * fewest first. Among equals chance decides, so that many small topics do not all begin with the
 * same broker.
 */
final class ReplicaPlacement {
  private final RandomGenerator random;

  ReplicaPlacement(RandomGenerator random) {
    this.random = random;
  }

  /** The brokers that may get replicas, by id. */
  static List<NodeId> candidates(ClusterImage image) {
    return image.brokers().stream().filter(BrokerImage::isUsable).map(BrokerImage::id).toList();
  }

  /**
   * New partitions, each led by its first replica, all replicas in sync.
   *
   * @param replicationFactor at most the number of {@link #candidates}
   */
  List<PartitionImage> place(
      ClusterImage image, int firstPartition, int count, int replicationFactor) {
    BrokerLoad load = BrokerLoad.of(image);
    Map<NodeId, Integer> order = shuffled(candidates(image));
    List<PartitionImage> partitions = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      List<NodeId> replicas = new ArrayList<>(replicationFactor);
      replicas.add(next(image, load, order, replicas, Comparator.comparingInt(load::leaders)));
      while (replicas.size() < replicationFactor) {
        replicas.add(next(image, load, order, replicas, Comparator.comparingInt(load::replicas)));
      }
      load.add(replicas);
      partitions.add(
          new PartitionImage(
              firstPartition + i, Optional.of(replicas.get(0)), 0, 0, replicas, replicas));
    }
    return partitions;
  }

  private Map<NodeId, Integer> shuffled(List<NodeId> candidates) {
    List<NodeId> left = new ArrayList<>(candidates);
    Map<NodeId, Integer> order = new HashMap<>();
    while (!left.isEmpty()) {
      order.put(left.remove(random.nextInt(left.size())), order.size());
    }
    return order;
  }

  private static NodeId next(
      ClusterImage image,
      BrokerLoad load,
      Map<NodeId, Integer> order,
      List<NodeId> chosen,
      Comparator<NodeId> first) {
    Set<String> racks = racks(image, chosen);
    Comparator<NodeId> byLoad =
        first.thenComparingInt(load::replicas).thenComparingInt(load::leaders);
    return order.keySet().stream()
        .filter(node -> !chosen.contains(node))
        .min(
            Comparator.<NodeId, Boolean>comparing(node -> racks.contains(rack(image, node)))
                .thenComparing(byLoad)
                .thenComparing(order::get))
        .orElseThrow();
  }

  /** The broker with the fewest replicas that the partition is not on, in a rack of its own. */
  static Optional<NodeId> another(ClusterImage image, BrokerLoad load, List<NodeId> present) {
    Set<String> racks = racks(image, present);
    return candidates(image).stream()
        .filter(node -> !present.contains(node))
        .min(
            Comparator.<NodeId, Boolean>comparing(node -> racks.contains(rack(image, node)))
                .thenComparingInt(load::replicas)
                .thenComparingInt(NodeId::value));
  }

  /** Where a broker stands; one that says nothing stands in a rack of its own. */
  static String rack(ClusterImage image, NodeId node) {
    return image.broker(node).flatMap(BrokerImage::rack).orElse("\0" + node);
  }

  static Set<String> racks(ClusterImage image, List<NodeId> nodes) {
    Set<String> racks = new HashSet<>();
    nodes.forEach(node -> racks.add(rack(image, node)));
    return racks;
  }
}
