package io.millrace.cluster;

import io.millrace.model.NodeId;
import java.util.Optional;
import java.util.Set;

/**
 * What a node answers when it is asked who it is.
 *
 * @param clusterId empty if it belongs to none
 * @param nodeId empty if it has none yet
 * @param directoryId of its data directory
 * @param controller who decides, as far as it knows
 * @param voters of the metadata log, as far as it knows
 */
public record Hello(
    Optional<String> clusterId,
    Optional<NodeId> nodeId,
    String directoryId,
    Optional<NodeId> controller,
    Set<NodeId> voters) {
  public Hello {
    voters = Set.copyOf(voters);
  }
}
