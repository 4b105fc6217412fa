package io.millrace.group;

import io.millrace.model.config.GroupSettings;
import io.millrace.model.config.GroupSettings.MigrationPolicy;
import io.millrace.model.config.SettingValues;
import java.util.List;

/** The settings of KIP-848 groups, read once. */
record ConsumerGroupConfig(
    int sessionTimeoutMs,
    int heartbeatIntervalMs,
    int maxSize,
    int maxClassicSize,
    int patternMaxSize,
    List<String> assignorNames,
    MigrationPolicy migrationPolicy) {

  static ConsumerGroupConfig of(SettingValues settings) {
    return new ConsumerGroupConfig(
        settings.get(GroupSettings.GROUP_CONSUMER_SESSION_TIMEOUT_MS),
        settings.get(GroupSettings.GROUP_CONSUMER_HEARTBEAT_INTERVAL_MS),
        settings.get(GroupSettings.GROUP_CONSUMER_MAX_SIZE),
        settings.get(GroupSettings.GROUP_MAX_SIZE),
        settings.get(GroupSettings.GROUP_CONSUMER_PATTERN_MAX_SIZE),
        settings.get(GroupSettings.GROUP_CONSUMER_ASSIGNORS),
        settings.get(GroupSettings.GROUP_CONSUMER_MIGRATION_POLICY));
  }
}
