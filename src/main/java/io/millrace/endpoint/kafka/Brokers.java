package io.millrace.endpoint.kafka;

import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.image.BrokerEndpoint;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.BrokerListener;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The brokers as a Kafka client is told of them: the one that it talks to by the address that it
 * connected to, the others by the one that they registered.
 */
final class Brokers {
  private final ClusterImage image;
  private final int self;
  private final ClientAddress connectedTo;

  Brokers(ClusterImage image, int self, ClientAddress connectedTo) {
    this.image = image;
    this.self = self;
    this.connectedTo = connectedTo;
  }

  static Brokers of(KafkaCall call) {
    KafkaLoop loop = call.connection().loop();
    return new Brokers(loop.image(), loop.nodeId(), call.connection().address());
  }

  /** As Kafka's messages name them. */
  static List<Integer> numbers(List<NodeId> nodes) {
    return nodes.stream().map(NodeId::value).toList();
  }

  /**
   * A broker.
   *
   * @param rack null if it does not say
   */
  record Broker(
      int id,
      ClientAddress address,
      @org.jspecify.annotations.Nullable String rack,
      boolean fenced) {}

  /** Those that can be reached; with {@code fenced} also those that the controller keeps away. */
  List<Broker> all(boolean fenced) {
    List<Broker> all = new ArrayList<>();
    for (BrokerImage broker : image.brokers()) {
      if (broker.id().value() == self || fenced || !broker.fenced()) {
        broker(broker).ifPresent(all::add);
      }
    }
    if (all.stream().noneMatch(broker -> broker.id() == self)) {
      all.add(new Broker(self, connectedTo, null, false));
    }
    return all;
  }

  private Optional<Broker> broker(BrokerImage broker) {
    return address(broker.id())
        .map(
            address ->
                new Broker(
                    broker.id().value(), address, broker.rack().orElse(null), broker.fenced()));
  }

  /** Where a broker is reached; empty if it has no port for Kafka clients. */
  Optional<ClientAddress> address(NodeId node) {
    if (node.value() == self) {
      return Optional.of(connectedTo);
    }
    return image
        .broker(node)
        .flatMap(broker -> broker.endpoint(BrokerListener.KAFKA))
        .map(Brokers::address);
  }

  private static ClientAddress address(BrokerEndpoint endpoint) {
    return new ClientAddress(endpoint.host(), endpoint.port());
  }

  /**
   * Who answers what only the controller decides. Any broker does: it passes it on. So a client is
   * told the controller if it can reach it, and else the one that it talks to.
   */
  int controller() {
    return image
        .controller()
        .filter(node -> address(node).isPresent())
        .map(NodeId::value)
        .orElse(self);
  }

  /**
   * Who leads a partition.
   *
   * @param address empty if it has no port for Kafka clients
   */
  record Leader(int id, int epoch, Optional<ClientAddress> address) {}

  /** Who leads a partition by the newest image, if that is another broker. */
  Optional<Leader> ledElsewhere(PartitionId partition) {
    PartitionImage known = image.partition(partition).orElse(null);
    if (known == null) {
      return Optional.empty();
    }
    return known
        .leader()
        .filter(node -> node.value() != self)
        .map(node -> new Leader(node.value(), known.leaderEpoch(), address(node)));
  }

  /** The replicas that are on brokers which do not run. */
  List<Integer> offline(List<Integer> replicas) {
    return replicas.stream()
        .filter(node -> node != self)
        .filter(node -> image.broker(new NodeId(node)).map(BrokerImage::fenced).orElse(true))
        .toList();
  }
}
