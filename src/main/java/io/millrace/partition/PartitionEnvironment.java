package io.millrace.partition;

import io.millrace.model.Lease;
import io.millrace.model.NodeId;
import io.millrace.model.TimeSource;
import io.millrace.replication.Brokers;
import java.util.OptionalLong;

/**
 * What a node's partitions share.
 *
 * @param brokers of the image that the partitions follow
 * @param maxPendingAcks appends that may wait to be acknowledged, of each partition; more are
 *     answered THROTTLED
 */
public record PartitionEnvironment(
    NodeId self, TimeSource time, Lease lease, Brokers brokers, int maxPendingAcks) {
  /** Of a node that is alone. */
  public static PartitionEnvironment alone(NodeId self, TimeSource time, int maxPendingAcks) {
    return new PartitionEnvironment(
        self, time, Lease.ALWAYS, node -> OptionalLong.empty(), maxPendingAcks);
  }
}
