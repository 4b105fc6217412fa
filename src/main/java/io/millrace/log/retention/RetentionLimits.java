package io.millrace.log.retention;

import io.millrace.model.config.SettingValues;
import io.millrace.model.config.TopicSettings;

/**
 * How long and how much a topic keeps of a partition.
 *
 * @param retentionMs retention.ms, -1 for ever
 * @param retentionBytes retention.bytes, -1 without bound
 */
public record RetentionLimits(long retentionMs, long retentionBytes) {
  public static RetentionLimits of(SettingValues topicSettings) {
    return new RetentionLimits(
        topicSettings.get(TopicSettings.RETENTION_MS),
        topicSettings.get(TopicSettings.RETENTION_BYTES));
  }
}
