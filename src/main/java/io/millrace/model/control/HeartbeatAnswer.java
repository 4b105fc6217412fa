package io.millrace.model.control;

import io.millrace.model.PartitionId;
import java.util.List;

/**
 * What a broker is told for its heartbeat.
 *
 * @param sessionTimeoutMs how long it may rely on this, from when it sent the heartbeat on
 * @param isFenced whether it may not lead, and so has no lease
 * @param leaseVersion it has no lease either before it follows an image of this version: an older
 *     one may have it lead what others lead by now
 * @param mayStop whether others lead what it led, as it wanted
 * @param positionsWanted of which partitions it is to tell how far its log goes
 */
public record HeartbeatAnswer(
    int sessionTimeoutMs,
    boolean isFenced,
    long leaseVersion,
    boolean mayStop,
    List<PartitionId> positionsWanted) {
  public HeartbeatAnswer {
    positionsWanted = List.copyOf(positionsWanted);
  }
}
