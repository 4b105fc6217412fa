package io.millrace.verticle;

import io.millrace.bus.TypedBus;
import io.millrace.log.compaction.NodeCompaction;
import io.millrace.model.Metrics;
import io.millrace.model.NodeId;
import io.millrace.model.TimeSource;
import io.millrace.model.config.SettingValues;
import io.millrace.partition.PartitionLogs;

/**
 * What a shard is made of.
 *
 * @param shard its number, from 0
 * @param shards how many there are on this node
 * @param settings the broker's
 * @param topicMeters shared by the shards of this node
 * @param compaction shared by the shards of this node
 * @param replication what ties it to the cluster, or {@link ReplicationParts#ALONE}
 */
public record ShardEnvironment(
    int shard,
    int shards,
    NodeId self,
    TypedBus bus,
    PartitionLogs logs,
    SettingValues settings,
    TimeSource time,
    Metrics metrics,
    TopicMeters topicMeters,
    NodeCompaction compaction,
    ReplicationParts replication) {
  boolean isAlone() {
    return replication.equals(ReplicationParts.ALONE);
  }
}
