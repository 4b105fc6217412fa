package io.millrace.model.config;

import java.util.List;

/** Settings of stream sessions: streams, credit, batching at the endpoint, shared reading. */
public final class StreamSettings {
  public static final Setting<Integer> STREAM_MAX_PER_CONNECTION =
      Setting.integer(
          "stream.max.per.connection",
          1_000,
          1,
          1_000_000,
          "Streams that one connection may have open.");
  public static final Setting<Integer> STREAM_MAX_GROUP_MEMBERS =
      Setting.integer(
          "stream.max.group.members",
          100,
          0,
          1_000_000,
          "Streams of one connection that may be members of consumer groups.");
  public static final Setting<Integer> STREAM_MAX_PARTITIONS =
      Setting.integer(
          "stream.max.partitions",
          10_000,
          1,
          1_000_000,
          "Partitions that one stream may read from.");
  public static final Setting<Integer> STREAM_MAX_INFLIGHT_REQUESTS =
      Setting.integer(
          "stream.max.inflight.requests",
          1_024,
          1,
          1_000_000,
          "Requests of one connection that are not answered yet, beyond which it is not read.");
  public static final Setting<Integer> STREAM_MESSAGE_MAX_BYTES =
      Setting.integer(
          "stream.message.max.bytes",
          65_536,
          4_096,
          16_777_216,
          "A larger batch is sent as several messages, so that control is never stuck behind it.");
  public static final Setting<Long> STREAM_URL_CREDIT_RECORDS =
      Setting.longInteger(
          "stream.url.credit.records",
          1_000,
          1,
          Long.MAX_VALUE,
          "Credit in records that a subscription by URL grants itself, renewed as it is used.");
  public static final Setting<Long> STREAM_URL_CREDIT_BYTES =
      Setting.longInteger(
          "stream.url.credit.bytes",
          1_048_576,
          1_024,
          Long.MAX_VALUE,
          "Credit in bytes that a subscription by URL grants itself, renewed as it is used.");
  public static final Setting<Integer> STREAM_PING_INTERVAL_MS =
      Setting.integer(
          "stream.ping.interval.ms",
          2_000,
          100,
          3_600_000,
          "How often the server asks a silent client whether it still lives.");
  public static final Setting<Integer> STREAM_PING_TIMEOUT_MS =
      Setting.integer(
          "stream.ping.timeout.ms",
          5_000,
          200,
          3_600_000,
          "A client that promised a heartbeat and was silent for so long is disconnected.");
  public static final Setting<Integer> STREAM_GOAWAY_DELAY_MS =
      Setting.integer(
          "stream.goaway.delay.ms",
          0,
          0,
          3_600_000,
          "Told to clients before a restart: how long to wait before they connect again.");
  public static final Setting<Integer> STREAM_FETCH_MAX_BYTES =
      Setting.integer(
          "stream.fetch.max.bytes",
          1_048_576,
          4_096,
          67_108_864,
          "Most bytes that a stream reads from the log at once.");
  public static final Setting<Integer> STREAM_BATCH_LINGER_MS =
      Setting.integer(
          "stream.batch.linger.ms",
          0,
          0,
          60_000,
          "How long plain records wait at the endpoint for others to share their batch.");
  public static final Setting<Integer> STREAM_BATCH_BYTES =
      Setting.integer(
          "stream.batch.bytes",
          16_384,
          0,
          16_777_216,
          "Size at which a batch of plain records is sent on without waiting longer.");
  public static final Setting<Integer> STREAM_BATCH_BUFFER_BYTES =
      Setting.integer(
          "stream.batch.buffer.bytes",
          33_554_432,
          1_024,
          Integer.MAX_VALUE,
          "Plain records that may wait at one event loop to be written; more are THROTTLED.");
  public static final Setting<Integer> STREAM_TAIL_BUFFER_BYTES =
      Setting.integer(
          "stream.tail.buffer.bytes",
          4_194_304,
          65_536,
          Integer.MAX_VALUE,
          "Encoded records that one shared reader keeps for its subscribers; who lags further reads"
              + " from the log.");

  static final List<Setting<?>> ALL =
      List.of(
          STREAM_MAX_PER_CONNECTION,
          STREAM_MAX_GROUP_MEMBERS,
          STREAM_MAX_PARTITIONS,
          STREAM_MAX_INFLIGHT_REQUESTS,
          STREAM_MESSAGE_MAX_BYTES,
          STREAM_URL_CREDIT_RECORDS,
          STREAM_URL_CREDIT_BYTES,
          STREAM_PING_INTERVAL_MS,
          STREAM_PING_TIMEOUT_MS,
          STREAM_GOAWAY_DELAY_MS,
          STREAM_FETCH_MAX_BYTES,
          STREAM_BATCH_LINGER_MS,
          STREAM_BATCH_BYTES,
          STREAM_BATCH_BUFFER_BYTES,
          STREAM_TAIL_BUFFER_BYTES);

  private StreamSettings() {}
}
