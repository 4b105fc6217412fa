package io.millrace.model.config;

import java.util.List;

/** Settings of the Kafka protocol beside those of its socket. */
public final class KafkaSettings {
  /** The one selector of Kafka's that there is, by the name of its class there. */
  public static final String RACK_AWARE_SELECTOR =
      "org.apache.kafka.common.replica.RackAwareReplicaSelector";

  public static final Setting<String> ADVERTISED_LISTENERS =
      Setting.text(
          "advertised.listeners",
          "",
          "host:port that Kafka clients are told to connect to; empty for what each connected to.");
  public static final Setting<Integer> FETCH_MAX_BYTES =
      Setting.integer(
          "fetch.max.bytes",
          57_671_680,
          1_024,
          Integer.MAX_VALUE,
          "Most bytes of records in one answer to a Kafka consumer; one batch may be larger.");
  public static final Setting<Integer> CONNECTION_INFLIGHT_REQUESTS =
      Setting.integer(
          "connection.inflight.requests",
          100,
          1,
          100_000,
          "Kafka requests of one connection without an answer, beyond which it is not read.");
  public static final Setting<Integer> KAFKA_REQUEST_MAX_FIELDS =
      Setting.integer(
          "kafka.request.max.fields",
          1_000_000,
          1_000,
          Integer.MAX_VALUE,
          "Most fields of one Kafka request, in all its arrays together.");
  public static final Setting<Integer> MAX_INCREMENTAL_FETCH_SESSION_CACHE_SLOTS =
      Setting.integer(
          "max.incremental.fetch.session.cache.slots",
          1_000,
          0,
          Integer.MAX_VALUE,
          "Most fetch sessions of Kafka consumers (KIP-227); more are served without a session.");
  public static final Setting<Integer> MAX_INCREMENTAL_FETCH_SESSION_CACHE_PARTITIONS =
      Setting.integer(
          "max.incremental.fetch.session.cache.partitions",
          1_000_000,
          0,
          Integer.MAX_VALUE,
          "Most partitions in all fetch sessions together; beyond it there are no new sessions.");

  public static final Setting<String> REPLICA_SELECTOR_CLASS =
      Setting.text(
          "replica.selector.class",
          "",
          "Which replica a Kafka consumer reads from (KIP-392): empty for the leader, "
              + KafkaSettings.RACK_AWARE_SELECTOR
              + ".");

  static final List<Setting<?>> ALL =
      List.of(
          ADVERTISED_LISTENERS,
          REPLICA_SELECTOR_CLASS,
          FETCH_MAX_BYTES,
          MAX_INCREMENTAL_FETCH_SESSION_CACHE_SLOTS,
          MAX_INCREMENTAL_FETCH_SESSION_CACHE_PARTITIONS,
          CONNECTION_INFLIGHT_REQUESTS,
          KAFKA_REQUEST_MAX_FIELDS);

  private KafkaSettings() {}
}
