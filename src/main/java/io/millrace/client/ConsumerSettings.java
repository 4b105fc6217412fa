package io.millrace.client;

import io.millrace.model.StreamException;
import io.millrace.model.config.Setting;
import io.millrace.model.config.SettingValues;
import java.util.List;
import java.util.Map;

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
    return values;
  }

  /** What to do without a position. */
  public enum OffsetReset {
    EARLIEST,
    LATEST,
    NONE
  }
}
