package io.millrace.model.config;

import java.util.List;

/** Settings of consumer groups, both protocols, and of the positions that they commit. */
public final class GroupSettings {
  public static final Setting<Integer> GROUP_MIN_SESSION_TIMEOUT_MS =
      Setting.integer(
          "group.min.session.timeout.ms",
          6_000,
          1,
          Integer.MAX_VALUE,
          "Shortest session timeout that a classic member may ask for.");
  public static final Setting<Integer> GROUP_MAX_SESSION_TIMEOUT_MS =
      Setting.integer(
          "group.max.session.timeout.ms",
          1_800_000,
          1,
          Integer.MAX_VALUE,
          "Longest session timeout that a classic member may ask for.");
  public static final Setting<Integer> GROUP_INITIAL_REBALANCE_DELAY_MS =
      Setting.integer(
          "group.initial.rebalance.delay.ms",
          3_000,
          0,
          Integer.MAX_VALUE,
          "How long an empty classic group waits for more members before its first assignment.");
  public static final Setting<Integer> GROUP_NEW_MEMBER_JOIN_TIMEOUT_MS =
      Setting.integer(
          "group.new.member.join.timeout.ms",
          300_000,
          1,
          Integer.MAX_VALUE,
          "How long a new classic member is kept that waits in a rebalance and sends nothing.");
  public static final Setting<Integer> GROUP_MAX_SIZE =
      Setting.integer(
          "group.max.size",
          Integer.MAX_VALUE,
          1,
          Integer.MAX_VALUE,
          "Most members of a classic group.");
  public static final Setting<Integer> GROUP_CONSUMER_SESSION_TIMEOUT_MS =
      Setting.integer(
          "group.consumer.session.timeout.ms",
          45_000,
          1,
          Integer.MAX_VALUE,
          "A member of the consumer protocol that sends no heartbeat for so long is removed.");
  public static final Setting<Integer> GROUP_CONSUMER_HEARTBEAT_INTERVAL_MS =
      Setting.integer(
          "group.consumer.heartbeat.interval.ms",
          5_000,
          1,
          Integer.MAX_VALUE,
          "How often members of the consumer protocol are told to send heartbeats.");
  public static final Setting<Integer> GROUP_CONSUMER_MAX_SIZE =
      Setting.integer(
          "group.consumer.max.size",
          Integer.MAX_VALUE,
          1,
          Integer.MAX_VALUE,
          "Most members of a group of the consumer protocol.");
  public static final Setting<List<String>> GROUP_CONSUMER_ASSIGNORS =
      Setting.list(
          "group.consumer.assignors",
          List.of("uniform", "range"),
          "Assignors of the consumer protocol: uniform, range; the first is the default.");
  public static final Setting<Integer> GROUP_CONSUMER_PATTERN_MAX_SIZE =
      Setting.integer(
          "group.consumer.pattern.max.size",
          2_000,
          1,
          100_000,
          "Longest pattern of topics in characters, with its repetitions written out.");
  public static final Setting<MigrationPolicy> GROUP_CONSUMER_MIGRATION_POLICY =
      Setting.choice(
          "group.consumer.migration.policy",
          MigrationPolicy.BIDIRECTIONAL,
          "Whether groups with members may move from the classic protocol to the consumer protocol and back.");
  public static final Setting<Integer> OFFSET_METADATA_MAX_BYTES =
      Setting.integer(
          "offset.metadata.max.bytes",
          4_096,
          0,
          Integer.MAX_VALUE,
          "Longest text that a client may commit with an offset.");
  public static final Setting<Integer> OFFSETS_RETENTION_MINUTES =
      Setting.integer(
          "offsets.retention.minutes",
          10_080,
          1,
          Integer.MAX_VALUE,
          "How long committed offsets are kept after the group became empty.");
  public static final Setting<Integer> OFFSETS_RETENTION_CHECK_INTERVAL_MS =
      Setting.integer(
          "offsets.retention.check.interval.ms",
          600_000,
          1,
          Integer.MAX_VALUE,
          "How often expired offsets are looked for.");
  static final List<Setting<?>> ALL =
      List.of(
          GROUP_MIN_SESSION_TIMEOUT_MS,
          GROUP_MAX_SESSION_TIMEOUT_MS,
          GROUP_INITIAL_REBALANCE_DELAY_MS,
          GROUP_NEW_MEMBER_JOIN_TIMEOUT_MS,
          GROUP_MAX_SIZE,
          GROUP_CONSUMER_SESSION_TIMEOUT_MS,
          GROUP_CONSUMER_HEARTBEAT_INTERVAL_MS,
          GROUP_CONSUMER_MAX_SIZE,
          GROUP_CONSUMER_ASSIGNORS,
          GROUP_CONSUMER_PATTERN_MAX_SIZE,
          GROUP_CONSUMER_MIGRATION_POLICY,
          OFFSET_METADATA_MAX_BYTES,
          OFFSETS_RETENTION_MINUTES,
          OFFSETS_RETENTION_CHECK_INTERVAL_MS);

  private GroupSettings() {}

  /** Which way a group that has members may move between the two protocols. */
  public enum MigrationPolicy {
    DISABLED,
    /** From the classic to the consumer protocol. */
    UPGRADE,
    /** From the consumer to the classic protocol. */
    DOWNGRADE,
    BIDIRECTIONAL;

    public boolean allowsUpgrade() {
      return this == UPGRADE || this == BIDIRECTIONAL;
    }

    public boolean allowsDowngrade() {
      return this == DOWNGRADE || this == BIDIRECTIONAL;
    }
  }
}
