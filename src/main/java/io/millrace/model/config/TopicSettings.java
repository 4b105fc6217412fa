package io.millrace.model.config;

import java.util.List;
import java.util.Map;

/**
 * The settings of a topic, under Kafka's names and with Kafka's defaults; all of them can be
 * changed while the topic is in use.
 */
public final class TopicSettings {
  private static final long DAY_MS = 24L * 60 * 60 * 1000;
  private static final int REPLICAS_FOR_TWO = 3;

  public static final Setting<Integer> MAX_MESSAGE_BYTES =
      Setting.integer(
          "max.message.bytes",
          1_048_588,
          0,
          Integer.MAX_VALUE,
          "Largest record batch accepted, after compression.");
  public static final Setting<TimestampType> MESSAGE_TIMESTAMP_TYPE =
      Setting.choice(
          "message.timestamp.type",
          TimestampType.CREATE_TIME,
          "Whether a record keeps its producer's time or gets the broker's time of append.");
  public static final Setting<Long> MESSAGE_TIMESTAMP_BEFORE_MAX_MS =
      Setting.longInteger(
          "message.timestamp.before.max.ms",
          Long.MAX_VALUE,
          0,
          Long.MAX_VALUE,
          "How far a CreateTime may lie before the broker's clock.");
  public static final Setting<Long> MESSAGE_TIMESTAMP_AFTER_MAX_MS =
      Setting.longInteger(
          "message.timestamp.after.max.ms",
          3_600_000,
          0,
          Long.MAX_VALUE,
          "How far a CreateTime may lie ahead of the broker's clock.");
  public static final Setting<Long> RETENTION_MS =
      Setting.longInteger(
          "retention.ms",
          7 * DAY_MS,
          -1,
          Long.MAX_VALUE,
          "Segments whose newest record is older are deleted; -1 for never.");
  public static final Setting<Long> RETENTION_BYTES =
      Setting.longInteger(
          "retention.bytes",
          -1,
          -1,
          Long.MAX_VALUE,
          "Oldest segments are deleted while a partition is larger; -1 for no bound.");
  public static final Setting<Integer> SEGMENT_BYTES =
      Setting.integer(
          "segment.bytes",
          1_073_741_824,
          1_024,
          Integer.MAX_VALUE,
          "A segment is rolled before it grows past this.");
  public static final Setting<Long> SEGMENT_MS =
      Setting.longInteger(
          "segment.ms",
          7 * DAY_MS,
          1,
          Long.MAX_VALUE,
          "A segment is rolled when its first record is older.");
  public static final Setting<Integer> INDEX_INTERVAL_BYTES =
      Setting.integer(
          "index.interval.bytes",
          4_096,
          0,
          Integer.MAX_VALUE,
          "Bytes of log between two entries of the offset index.");
  public static final Setting<Integer> SEGMENT_INDEX_BYTES =
      Setting.integer(
          "segment.index.bytes",
          10_485_760,
          4_096,
          Integer.MAX_VALUE,
          "A segment is rolled when one of its indexes reaches this.");
  public static final Setting<BrokerCompression> COMPRESSION_TYPE =
      Setting.choice(
          "compression.type",
          BrokerCompression.PRODUCER,
          "How batches are stored; producer keeps them as sent.");
  public static final Setting<Long> FLUSH_MS =
      Setting.longInteger(
          "flush.ms",
          1_000,
          1,
          Long.MAX_VALUE,
          "Longest time between an append and its fsync in flush.mode=async.");
  public static final Setting<FlushMode> FLUSH_MODE =
      Setting.choice(
          "flush.mode",
          FlushMode.ASYNC,
          "ack: a write counts once it is fsynced (group commit); async: fsynced in the background.");
  public static final Setting<Integer> MIN_INSYNC_REPLICAS =
      Setting.integerOrAuto(
          "min.insync.replicas",
          Short.MAX_VALUE,
          "acks=all is refused while fewer replicas are in sync; auto: 1, and 2 once there are"
              + " three replicas.");
  public static final Setting<Boolean> UNCLEAN_LEADER_ELECTION_ENABLE =
      Setting.bool(
          "unclean.leader.election.enable",
          false,
          "Whether a replica that lacks acknowledged records may lead when none that has them can:"
              + " the records are lost.");
  public static final Setting<Boolean> VALIDATE_RECORDS =
      Setting.bool(
          "validate.records",
          false,
          "Whether every record inside a batch is read and checked before it is appended.");
  public static final Setting<List<CleanupPolicy>> CLEANUP_POLICY =
      Setting.choices(
          "cleanup.policy",
          List.of(CleanupPolicy.DELETE),
          "What becomes of old segments: delete by retention.*; compact keeps the last record of"
              + " each key.");
  public static final Setting<Long> DELETE_RETENTION_MS =
      Setting.longInteger(
          "delete.retention.ms",
          86_400_000,
          0,
          Long.MAX_VALUE,
          "How long compaction keeps a tombstone (no value) after it took away what that deletes.");
  public static final Setting<Long> MIN_COMPACTION_LAG_MS =
      Setting.longInteger(
          "min.compaction.lag.ms",
          0,
          0,
          Long.MAX_VALUE,
          "Compaction leaves segments alone whose newest record is younger.");
  public static final Setting<Long> MAX_COMPACTION_LAG_MS =
      Setting.longInteger(
          "max.compaction.lag.ms",
          Long.MAX_VALUE,
          1,
          Long.MAX_VALUE,
          "A dirty record older than this is compacted however little there is to do.");
  public static final Setting<Double> MIN_CLEANABLE_DIRTY_RATIO =
      Setting.decimal(
          "min.cleanable.dirty.ratio",
          0.5,
          0,
          1,
          "Compaction begins when this part of the closed segments was not compacted before.");

  private static final List<Setting<?>> ALL =
      List.of(
          MAX_MESSAGE_BYTES,
          MESSAGE_TIMESTAMP_TYPE,
          MESSAGE_TIMESTAMP_BEFORE_MAX_MS,
          MESSAGE_TIMESTAMP_AFTER_MAX_MS,
          RETENTION_MS,
          RETENTION_BYTES,
          SEGMENT_BYTES,
          SEGMENT_MS,
          INDEX_INTERVAL_BYTES,
          SEGMENT_INDEX_BYTES,
          COMPRESSION_TYPE,
          FLUSH_MS,
          FLUSH_MODE,
          MIN_INSYNC_REPLICAS,
          UNCLEAN_LEADER_ELECTION_ENABLE,
          VALIDATE_RECORDS,
          CLEANUP_POLICY,
          DELETE_RETENTION_MS,
          MIN_COMPACTION_LAG_MS,
          MAX_COMPACTION_LAG_MS,
          MIN_CLEANABLE_DIRTY_RATIO);

  private static final SettingValues DEFAULTS = SettingValues.of(ALL, Map.of());

  private TopicSettings() {}

  /**
   * How many replicas must be in sync for a write with acks=all.
   *
   * @param replicas how many the partition has, without those that are only being added
   */
  public static int minInSyncReplicas(SettingValues settings, int replicas) {
    int given = settings.get(MIN_INSYNC_REPLICAS);
    return given > 0 ? given : replicas >= REPLICAS_FOR_TWO ? 2 : 1;
  }

  public static List<Setting<?>> all() {
    return ALL;
  }

  /** Checked values of these texts; empty for the defaults. */
  public static SettingValues of(Map<String, String> given) {
    // Thousands of topics share the table of what there is to set.
    return given.isEmpty() ? DEFAULTS : DEFAULTS.onlyWith(given);
  }

  /** Whose clock stamps a record; spelled as Kafka does. */
  public enum TimestampType {
    CREATE_TIME("CreateTime"),
    LOG_APPEND_TIME("LogAppendTime");

    private final String spelling;

    TimestampType(String spelling) {
      this.spelling = spelling;
    }

    @Override
    public String toString() {
      return spelling;
    }
  }

  /** The compression that batches are stored in. */
  public enum BrokerCompression {
    PRODUCER,
    UNCOMPRESSED,
    GZIP,
    SNAPPY,
    LZ4,
    ZSTD
  }

  /** When a write counts as written. */
  public enum FlushMode {
    ASYNC,
    ACK
  }

  /** What happens to old segments. */
  public enum CleanupPolicy {
    DELETE,
    COMPACT
  }
}
