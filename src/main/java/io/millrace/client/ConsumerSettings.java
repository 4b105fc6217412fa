package io.millrace.client;

import io.millrace.model.StreamException;
import io.millrace.model.config.Setting;
import io.millrace.model.config.SettingValues;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The settings of a consumer, under Kafka's names where Kafka has them. */
public final class ConsumerSettings {
  public static final Setting<OffsetReset> AUTO_OFFSET_RESET =
      Setting.choice(
          "auto.offset.reset",
          OffsetReset.LATEST,
          "Where to begin when a subscription does not say, and where to go on when a position is"
              + " no longer in the log.");
  public static final Setting<Integer> FETCH_MAX_BYTES =
      Setting.integer(
          "fetch.max.bytes",
          8_388_608,
          1,
          Integer.MAX_VALUE,
          "Credit in bytes: so many may be under way or wait in this client; one batch may exceed"
              + " it.");
  public static final Setting<Integer> FETCH_MAX_RECORDS =
      Setting.integer(
          "fetch.max.records",
          1_000_000,
          1,
          Integer.MAX_VALUE,
          "Credit in records: so many may be under way or wait in this client.");
  public static final Setting<Integer> MAX_POLL_RECORDS =
      Setting.integer(
          "max.poll.records",
          500,
          1,
          Integer.MAX_VALUE,
          "Most records that one poll of the blocking consumer returns.");
  public static final Setting<Integer> DECOMPRESSION_MAX_BYTES =
      Setting.integer(
          "decompression.max.bytes",
          67_108_864,
          1_024,
          Integer.MAX_VALUE,
          "Largest batch after decompression.");
  public static final Setting<Integer> RECONNECT_TIMEOUT_MS =
      Setting.integer(
          "reconnect.timeout.ms",
          0,
          0,
          Integer.MAX_VALUE,
          "A subscription that has no broker for so long fails with CONNECTION_LOST; 0 to wait for"
              + " ever.");
  public static final Setting<String> GROUP_ID =
      Setting.text(
          "group.id", "", "The consumer group to be a member of; empty to read everything alone.");
  public static final Setting<String> GROUP_INSTANCE_ID =
      Setting.text(
          "group.instance.id",
          "",
          "A lasting id, under which a restarted consumer gets its partitions back.");
  public static final Setting<String> GROUP_REMOTE_ASSIGNOR =
      Setting.text("group.remote.assignor", "", "uniform or range; empty for the broker's choice.");
  public static final Setting<Boolean> ENABLE_AUTO_COMMIT =
      Setting.bool(
          "enable.auto.commit",
          true,
          "Whether positions are committed now and then, when partitions are given up, and at the"
              + " end; else only as the application says.");
  public static final Setting<Integer> AUTO_COMMIT_INTERVAL_MS =
      Setting.integer(
          "auto.commit.interval.ms",
          5_000,
          1,
          Integer.MAX_VALUE,
          "How often positions are committed with enable.auto.commit.");
  public static final Setting<Integer> MAX_POLL_INTERVAL_MS =
      Setting.integer(
          "max.poll.interval.ms",
          300_000,
          1,
          Integer.MAX_VALUE,
          "A blocking consumer that does not poll for so long is put out of its group.");
  public static final Setting<Integer> RETRY_BACKOFF_MS = ProducerSettings.RETRY_BACKOFF_MS;
  public static final Setting<Integer> RETRY_BACKOFF_MAX_MS = ProducerSettings.RETRY_BACKOFF_MAX_MS;

  private static final List<Setting<?>> ALL =
      ClientSettings.and(
          List.of(
              AUTO_OFFSET_RESET,
              FETCH_MAX_BYTES,
              FETCH_MAX_RECORDS,
              MAX_POLL_RECORDS,
              DECOMPRESSION_MAX_BYTES,
              RECONNECT_TIMEOUT_MS,
              GROUP_ID,
              GROUP_INSTANCE_ID,
              GROUP_REMOTE_ASSIGNOR,
              ENABLE_AUTO_COMMIT,
              AUTO_COMMIT_INTERVAL_MS,
              MAX_POLL_INTERVAL_MS,
              RETRY_BACKOFF_MS,
              RETRY_BACKOFF_MAX_MS));

  private ConsumerSettings() {}

  /** These and the settings of every client. */
  public static List<Setting<?>> all() {
    return ALL;
  }

  /**
   * Checked values.
   *
   * @throws StreamException INVALID_CONFIG for an unknown name, a value out of range, or settings
   *     that contradict each other
   */
  public static SettingValues of(Map<String, String> given) {
    SettingValues values = ClientSettings.checked(SettingValues.of(ALL, given));
    ClientSettings.requireOrdered(values, RETRY_BACKOFF_MS, RETRY_BACKOFF_MAX_MS);
    if (values.get(GROUP_ID).isEmpty() && !values.get(GROUP_INSTANCE_ID).isEmpty()) {
      throw ClientSettings.contradiction("group.instance.id needs a group.id");
    }
    return values;
  }

  /** What to do without a position. */
  public enum OffsetReset {
    EARLIEST,
    LATEST,
    NONE;

    /** Where a subscription begins that does not say; null if it must say. */
    @Nullable StartPosition start() {
      return switch (this) {
        case EARLIEST -> StartPosition.earliest();
        case LATEST -> StartPosition.latest();
        case NONE -> null;
      };
    }
  }
}
