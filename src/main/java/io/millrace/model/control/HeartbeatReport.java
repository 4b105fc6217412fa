package io.millrace.model.control;

import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import java.util.Map;

/**
 * What a broker says of itself twice a second.
 *
 * @param isReady whether its shards follow an image that has this life of it
 * @param wantsToStop whether others are to lead what it leads
 * @param positions how far its logs go, of the partitions that it was asked for
 */
public record HeartbeatReport(
    NodeId nodeId,
    long incarnation,
    boolean isReady,
    boolean wantsToStop,
    Map<PartitionId, ReplicaPosition> positions) {
  public HeartbeatReport {
    positions = Map.copyOf(positions);
  }
}
