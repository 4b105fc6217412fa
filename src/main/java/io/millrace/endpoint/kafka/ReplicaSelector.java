package io.millrace.endpoint.kafka;

import io.millrace.model.NodeId;
import io.millrace.model.config.KafkaSettings;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.BrokerListener;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Which replica a consumer had better read from (KIP-392): one that is in sync, on a broker that
 * runs and has a port for Kafka clients, in the consumer's rack. Only the leader says so, and not
 * where it is in that rack itself.
 *
 * <p>Threading: any.
 */
final class ReplicaSelector {
  private final boolean rackAware;
  private final int self;

  ReplicaSelector(String selectorClass, int self) {
    this.rackAware = selectorClass.equals(KafkaSettings.RACK_AWARE_SELECTOR);
    this.self = self;
  }

  /**
   * The broker to read from instead of this one.
   *
   * @param rack the consumer's, empty if it does not say
   */
  OptionalInt preferred(ClusterImage image, PartitionImage partition, String rack) {
    if (!rackAware
        || rack.isEmpty()
        || !partition.isLedBy(new NodeId(self))
        || isIn(rack, image.broker(new NodeId(self)))) {
      return OptionalInt.empty();
    }
    return partition.inSyncReplicas().stream()
        .filter(replica -> isReachable(rack, image.broker(replica)))
        .mapToInt(NodeId::value)
        .findFirst();
  }

  private static boolean isReachable(String rack, Optional<BrokerImage> broker) {
    return isIn(rack, broker)
        && !broker.get().fenced()
        && broker.get().endpoint(BrokerListener.KAFKA).isPresent();
  }

  private static boolean isIn(String rack, Optional<BrokerImage> broker) {
    return broker.flatMap(BrokerImage::rack).filter(rack::equals).isPresent();
  }
}
