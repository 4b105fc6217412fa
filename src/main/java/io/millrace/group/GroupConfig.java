package io.millrace.group;

import io.millrace.model.config.GroupSettings;
import io.millrace.model.config.SettingValues;

/** The settings of groups, read once. */
record GroupConfig(
    int minSessionTimeoutMs,
    int maxSessionTimeoutMs,
    int initialRebalanceDelayMs,
    int newMemberJoinTimeoutMs,
    int maxSize,
    int offsetMetadataMaxBytes,
    long offsetsRetentionMs,
    int offsetsCheckIntervalMs) {
  private static final long MS_PER_MINUTE = 60_000;

  static GroupConfig of(SettingValues settings) {
    return new GroupConfig(
        settings.get(GroupSettings.GROUP_MIN_SESSION_TIMEOUT_MS),
        settings.get(GroupSettings.GROUP_MAX_SESSION_TIMEOUT_MS),
        settings.get(GroupSettings.GROUP_INITIAL_REBALANCE_DELAY_MS),
        settings.get(GroupSettings.GROUP_NEW_MEMBER_JOIN_TIMEOUT_MS),
        settings.get(GroupSettings.GROUP_MAX_SIZE),
        settings.get(GroupSettings.OFFSET_METADATA_MAX_BYTES),
        settings.get(GroupSettings.OFFSETS_RETENTION_MINUTES) * MS_PER_MINUTE,
        settings.get(GroupSettings.OFFSETS_RETENTION_CHECK_INTERVAL_MS));
  }
}
