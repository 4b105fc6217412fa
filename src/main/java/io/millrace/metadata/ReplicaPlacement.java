package io.millrace.metadata;

import io.millrace.model.NodeId;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Spreads the partitions of a topic over the brokers, round robin from a random one. */
final class ReplicaPlacement {
  private final RandomGenerator random;

  ReplicaPlacement(RandomGenerator random) {
    this.random = random;
  }

  /** The brokers that may get replicas, by id. */
  static List<NodeId> candidates(ClusterImage image) {
    return image.brokers().stream()
        .filter(broker -> !broker.fenced())
        .map(BrokerImage::id)
        .toList();
  }

  /**
   * New partitions, each led by its first replica, all replicas in sync.
   *
   * @param candidates at least {@code replicationFactor} brokers
   */
  List<PartitionImage> place(
      List<NodeId> candidates, int firstPartition, int count, int replicationFactor) {
    int start = random.nextInt(candidates.size());
    List<PartitionImage> partitions = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      List<NodeId> replicas = new ArrayList<>(replicationFactor);
      for (int r = 0; r < replicationFactor; r++) {
        replicas.add(candidates.get((int) (((long) start + i + r) % candidates.size())));
      }
      partitions.add(
          new PartitionImage(
              firstPartition + i, Optional.of(replicas.get(0)), 0, 0, replicas, replicas));
    }
    return partitions;
  }
}
