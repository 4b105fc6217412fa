package io.millrace.client;

import io.millrace.model.Acks;
import io.millrace.model.StreamException;
import io.millrace.model.config.Setting;
import io.millrace.model.config.SettingValues;
import io.millrace.record.CompressionType;
import java.util.List;
import java.util.Map;

/** The settings of a producer, under Kafka's names and with Kafka's defaults. */
public final class ProducerSettings {
  /** As many batches does a broker remember of a producer in each partition. */
  static final int MAX_IDEMPOTENT_IN_FLIGHT = 5;

  public static final Setting<String> ACKS =
      Setting.text(
          "acks",
          "all",
          "When a record counts as sent: 0 when it is written to the socket, 1 when the leader has"
              + " it, all (or -1) when every in-sync replica has.");
  public static final Setting<Integer> BATCH_SIZE =
      Setting.integer(
          "batch.size",
          16_384,
          0,
          Integer.MAX_VALUE - 1_024,
          "Records of one partition are sent together up to so many bytes; 0 sends each alone.");
  public static final Setting<Integer> LINGER_MS =
      Setting.integer(
          "linger.ms",
          5,
          0,
          Integer.MAX_VALUE,
          "How long a batch waits for more records while it is not full.");
  public static final Setting<CompressionType> COMPRESSION_TYPE =
      Setting.choice(
          "compression.type", CompressionType.NONE, "How batches are compressed, as a unit.");
  public static final Setting<Long> BUFFER_MEMORY =
      Setting.longInteger(
          "buffer.memory",
          33_554_432L,
          1_024,
          Long.MAX_VALUE,
          "Bytes of records that may wait to be sent or acknowledged.");
  public static final Setting<Integer> MAX_BLOCK_MS =
      Setting.integer(
          "max.block.ms",
          60_000,
          0,
          Integer.MAX_VALUE,
          "How long a record waits for its topic to be known and, in the blocking producer, a send"
              + " for room in buffer.memory.");
  public static final Setting<Integer> RETRIES =
      Setting.integer(
          "retries",
          Integer.MAX_VALUE,
          0,
          Integer.MAX_VALUE,
          "How often a batch is sent again after an error that may pass.");
  public static final Setting<Integer> RETRY_BACKOFF_MS =
      Setting.integer(
          "retry.backoff.ms",
          100,
          0,
          Integer.MAX_VALUE,
          "Wait before the first retry; doubles with every failure.");
  public static final Setting<Integer> RETRY_BACKOFF_MAX_MS =
      Setting.integer(
          "retry.backoff.max.ms", 1_000, 0, Integer.MAX_VALUE, "Longest wait between two retries.");
  public static final Setting<Integer> DELIVERY_TIMEOUT_MS =
      Setting.integer(
          "delivery.timeout.ms",
          120_000,
          1,
          Integer.MAX_VALUE,
          "A record is acknowledged or failed within this time.");
  public static final Setting<Integer> MAX_IN_FLIGHT =
      Setting.integer(
          "max.in.flight.requests.per.connection",
          MAX_IDEMPOTENT_IN_FLIGHT,
          1,
          1_000_000,
          "Unacknowledged batches of each partition; more than 1 without idempotence may change the"
              + " order when a batch is sent again.");
  public static final Setting<Integer> MAX_REQUEST_SIZE =
      Setting.integer(
          "max.request.size",
          1_048_576,
          0,
          Integer.MAX_VALUE - 1_024,
          "Largest record and batch that is sent, before compression.");
  public static final Setting<Boolean> ENABLE_IDEMPOTENCE =
      Setting.bool(
          "enable.idempotence",
          true,
          "Whether a record that is sent again is written once, in its order; unless it was set,"
              + " settings that exclude it turn it off.");
  public static final Setting<Integer> METADATA_MAX_AGE_MS =
      Setting.integer(
          "metadata.max.age.ms",
          300_000,
          1,
          Integer.MAX_VALUE,
          "How long what is known of a topic is used before it is asked for again.");
  public static final Setting<String> PARTITIONER_CLASS =
      Setting.text(
          "partitioner.class",
          "default",
          "Who chooses partitions: default (murmur2 of the key, as Kafka; evenly by batches without"
              + " key), uniform (evenly by batches), round-robin, or a class with a constructor"
              + " without parameters.");

  private static final List<Setting<?>> ALL =
      ClientSettings.and(
          List.of(
              ACKS,
              BATCH_SIZE,
              LINGER_MS,
              COMPRESSION_TYPE,
              BUFFER_MEMORY,
              MAX_BLOCK_MS,
              RETRIES,
              RETRY_BACKOFF_MS,
              RETRY_BACKOFF_MAX_MS,
              DELIVERY_TIMEOUT_MS,
              MAX_IN_FLIGHT,
              MAX_REQUEST_SIZE,
              ENABLE_IDEMPOTENCE,
              METADATA_MAX_AGE_MS,
              PARTITIONER_CLASS));

  private ProducerSettings() {}

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
    acks(values);
    if (given.containsKey(ENABLE_IDEMPOTENCE.name()) && values.get(ENABLE_IDEMPOTENCE)) {
      String excluded = exclusion(values);
      if (!excluded.isEmpty()) {
        throw ClientSettings.contradiction(
            "enable.idempotence=true " + excluded + "; change that or enable.idempotence");
      }
    }
    long shortest = (long) values.get(ClientSettings.REQUEST_TIMEOUT_MS) + values.get(LINGER_MS);
    if (values.get(DELIVERY_TIMEOUT_MS) < shortest
        && given.containsKey(DELIVERY_TIMEOUT_MS.name())) {
      throw ClientSettings.contradiction(
          "delivery.timeout.ms is "
              + values.get(DELIVERY_TIMEOUT_MS)
              + ", expected at least linger.ms + request.timeout.ms = "
              + shortest);
    }
    long oneBatch = Math.min(values.get(BATCH_SIZE), values.get(MAX_REQUEST_SIZE));
    if (values.get(BUFFER_MEMORY) < oneBatch) {
      throw ClientSettings.contradiction(
          "buffer.memory is "
              + values.get(BUFFER_MEMORY)
              + ", expected room for one batch (batch.size) of "
              + oneBatch);
    }
    return values;
  }

  static Acks acks(SettingValues values) {
    String text = values.get(ACKS);
    return switch (text) {
      case "0" -> Acks.NONE;
      case "1" -> Acks.LEADER;
      case "all", "-1" -> Acks.ALL;
      default ->
          throw ClientSettings.contradiction("acks is '" + text + "', expected 0, 1, all or -1");
    };
  }

  /** Whether the producer is idempotent: not forbidden, and nothing set that excludes it. */
  static boolean isIdempotent(SettingValues values) {
    return values.get(ENABLE_IDEMPOTENCE) && exclusion(values).isEmpty();
  }

  private static String exclusion(SettingValues values) {
    if (acks(values) != Acks.ALL) {
      return "needs acks=all, and acks is " + values.get(ACKS);
    }
    if (values.get(MAX_IN_FLIGHT) > MAX_IDEMPOTENT_IN_FLIGHT) {
      return "needs max.in.flight.requests.per.connection of at most "
          + MAX_IDEMPOTENT_IN_FLIGHT
          + ", and it is "
          + values.get(MAX_IN_FLIGHT);
    }
    return values.get(RETRIES) == 0 ? "needs retries above 0, and it is 0" : "";
  }
}
