package io.millrace.bus;

import io.millrace.model.NodeId;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who a node is.
 *
 * @param clusterId empty if it is of no cluster yet
 * @param nodeId empty if it has none yet
 * @param directoryId of its data directory
 * @param controller who decides about metadata, if it knows
 * @param voters of the metadata log, as far as it knows
 * @param founder key of the metadata log's member that began it; empty if it is of no cluster yet
 * @param brokers where those that are registered are, as far as it knows
 */
public record HelloReply(
    long correlationId,
    Optional<String> clusterId,
    Optional<NodeId> nodeId,
    String directoryId,
    Optional<NodeId> controller,
    Set<NodeId> voters,
    String founder,
    List<Broker> brokers)
    implements BusReply {
  public HelloReply {
    voters = Set.copyOf(voters);
    brokers = List.copyOf(brokers);
  }

  /** Where a broker takes messages. */
  public record Broker(
      NodeId nodeId, String directoryId, long incarnation, String host, int port) {}
}
