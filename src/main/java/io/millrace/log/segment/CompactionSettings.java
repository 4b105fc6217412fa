package io.millrace.log.segment;

import io.millrace.model.config.SettingValues;
import io.millrace.model.config.TopicSettings;
import io.millrace.model.config.TopicSettings.CleanupPolicy;
import java.util.List;

/**
 * What a topic says of compaction.
 *
 * @param compacts whether cleanup.policy has compact
 * @param deletes whether cleanup.policy has delete
 * @param deleteRetentionMs delete.retention.ms
 * @param minLagMs min.compaction.lag.ms
 * @param maxLagMs max.compaction.lag.ms
 * @param minDirtyRatio min.cleanable.dirty.ratio, 0 to 1
 */
public record CompactionSettings(
    boolean compacts,
    boolean deletes,
    long deleteRetentionMs,
    long minLagMs,
    long maxLagMs,
    double minDirtyRatio) {
  static CompactionSettings of(SettingValues topic) {
    List<CleanupPolicy> policy = topic.get(TopicSettings.CLEANUP_POLICY);
    return new CompactionSettings(
        policy.contains(CleanupPolicy.COMPACT),
        policy.contains(CleanupPolicy.DELETE),
        topic.get(TopicSettings.DELETE_RETENTION_MS),
        topic.get(TopicSettings.MIN_COMPACTION_LAG_MS),
        topic.get(TopicSettings.MAX_COMPACTION_LAG_MS),
        topic.get(TopicSettings.MIN_CLEANABLE_DIRTY_RATIO));
  }
}
