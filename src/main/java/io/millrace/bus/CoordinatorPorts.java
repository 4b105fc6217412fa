package io.millrace.bus;

import io.millrace.model.InternalTopics;
import io.millrace.model.NodeId;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Which way questions to group coordinators go: to this node's, or to whichever node leads the
 * group's partition.
 *
 * <p>Threading: one event loop.
 */
final class CoordinatorPorts {
  private final TypedBus bus;
  private final CoordinatorPort local;
  private final boolean localOnly;
  private final Supplier<ClusterImage> image;
  private final Map<NodeId, CoordinatorPort> nodes = new HashMap<>();

  CoordinatorPorts(TypedBus bus, boolean localOnly, Supplier<ClusterImage> image) {
    this.bus = bus;
    this.local = new CoordinatorPort(false, bus.sender(Addresses.coordinators()));
    this.localOnly = localOnly || bus.selfKey().isEmpty();
    this.image = image;
  }

  /** To the coordinator of this partition; to this node's, which says so, if nobody is known. */
  CoordinatorPort of(int partition) {
    if (localOnly) {
      return local;
    }
    Optional<TopicImage> topic = image.get().topic(InternalTopics.OFFSETS);
    return topic
        .filter(known -> known.hasPartition(partition))
        .map(known -> known.partitions().get(partition))
        .flatMap(PartitionImage::leader)
        .map(this::toNode)
        .orElse(local);
  }

  /** To the coordinators of every node. */
  List<CoordinatorPort> all() {
    if (localOnly) {
      return List.of(local);
    }
    List<CoordinatorPort> all = new ArrayList<>();
    for (BrokerImage broker : image.get().brokers()) {
      if (!broker.fenced()) {
        all.add(toNode(broker.id()));
      }
    }
    return all.isEmpty() ? List.of(local) : List.copyOf(all);
  }

  private CoordinatorPort toNode(NodeId node) {
    boolean self = bus.selfKey().filter(Addresses.keyOf(node)::equals).isPresent();
    return self
        ? local
        : nodes.computeIfAbsent(
            node, to -> new CoordinatorPort(true, bus.sender(Addresses.nodeCoordinators(to))));
  }
}
