package io.millrace.model.image;

import io.millrace.model.NodeId;
import java.util.List;
import java.util.Optional;

/**
 * A registered broker.
 *
 * @param directoryId names its disk, so that a wiped one is known as another member; empty if it
 *     registered before disks had names
 * @param incarnation grows with each registration, so that a message for an earlier life of the
 *     node is recognised; Kafka's broker epoch
 * @param fenced whether the controller keeps it from leading and from being in sync
 * @param draining whether its replicas are to move elsewhere, and none to it
 * @param rack where it stands, for placement; Kafka's {@code broker.rack}
 * @param endpoints at most one of a listener
 * @param supportedVersion the highest metadata version that it reads
 * @param life the process that it is registered for
 */
public record BrokerImage(
    NodeId id,
    String directoryId,
    long incarnation,
    boolean fenced,
    boolean draining,
    Optional<String> rack,
    List<BrokerEndpoint> endpoints,
    int supportedVersion,
    ProcessLife life) {
  public BrokerImage {
    endpoints = List.copyOf(endpoints);
  }

  /** A broker of which nothing more is known. */
  public static BrokerImage of(NodeId id, long incarnation, boolean fenced) {
    return new BrokerImage(
        id, "", incarnation, fenced, false, Optional.empty(), List.of(), 1, ProcessLife.UNKNOWN);
  }

  /** Whether it may lead, be in sync and get replicas. */
  public boolean isUsable() {
    return !fenced && !draining;
  }

  public Optional<BrokerEndpoint> endpoint(BrokerListener listener) {
    return endpoints.stream().filter(endpoint -> endpoint.listener() == listener).findFirst();
  }

  /** The same life of the broker with these marks. */
  public BrokerImage marked(boolean nowFenced, boolean nowDraining) {
    return new BrokerImage(
        id,
        directoryId,
        incarnation,
        nowFenced,
        nowDraining,
        rack,
        endpoints,
        supportedVersion,
        life);
  }
}
