package io.millrace.bus;

import io.millrace.model.NodeId;
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
 */
public record HelloReply(
    long correlationId,
    Optional<String> clusterId,
    Optional<NodeId> nodeId,
    String directoryId,
    Optional<NodeId> controller,
    Set<NodeId> voters)
    implements BusReply {
  public HelloReply {
    voters = Set.copyOf(voters);
  }
}
