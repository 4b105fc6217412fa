package io.millrace.model.config;

import java.util.List;

/** Settings of the node as a whole: identity, threads, memory, metadata, defaults of topics. */
public final class ServerSettings {
  public static final Setting<Integer> NODE_ID =
      Setting.integer(
          "node.id",
          -1,
          -1,
          Integer.MAX_VALUE,
          "This node's number in its cluster; -1 lets the cluster choose at the first start.");
  public static final Setting<String> DATA_DIR =
      Setting.text(
          "data.dir", "millrace-data", "Directory of everything that this node keeps on disk.");
  public static final Setting<Integer> EVENT_LOOPS =
      Setting.integer(
          "event.loops",
          0,
          0,
          1_024,
          "Event-loop threads for sockets and log shards; 0 for one per two processors.");
  public static final Setting<Integer> LOG_SHARDS =
      Setting.integer(
          "log.shards",
          0,
          0,
          1_024,
          "Shards that the partitions are spread over; 0 for one per event loop.");
  public static final Setting<Integer> BACKGROUND_THREADS =
      Setting.integer(
          "background.threads",
          4,
          1,
          256,
          "Threads for fsync, retention, deletes and other work that blocks.");
  public static final Setting<Integer> RECOVERY_THREADS =
      Setting.integer(
          "num.recovery.threads.per.data.dir",
          2,
          1,
          256,
          "Threads that open and recover partitions at start.");
  public static final Setting<Long> REQUEST_MEMORY_BYTES =
      Setting.longInteger(
          "request.memory.bytes",
          0,
          0,
          Long.MAX_VALUE,
          "Frames in flight on the node, beyond which sockets pause; 0 for a quarter of direct"
              + " memory, at least 32 MiB.");
  public static final Setting<Integer> SHARD_QUEUE_MESSAGES =
      Setting.integer(
          "shard.queue.messages",
          10_000,
          1,
          Integer.MAX_VALUE,
          "Requests that may wait for one shard; more are answered THROTTLED.");
  public static final Setting<Long> SHARD_QUEUE_BYTES =
      Setting.longInteger(
          "shard.queue.bytes",
          134_217_728,
          1_024,
          Long.MAX_VALUE,
          "Bytes of requests that may wait for one shard; more are answered THROTTLED.");
  public static final Setting<Integer> SHARD_WAITING_FETCHES =
      Setting.integer(
          "shard.waiting.fetches",
          100_000,
          1,
          Integer.MAX_VALUE,
          "Fetches that may wait for records at one shard; more are answered THROTTLED.");
  public static final Setting<Integer> PARTITION_PENDING_ACKS =
      Setting.integer(
          "partition.pending.acks",
          10_000,
          1,
          Integer.MAX_VALUE,
          "Batches of one partition that may wait to be acknowledged; more are answered"
              + " THROTTLED.");
  public static final Setting<Integer> BUS_TICK_MS =
      Setting.integer(
          "bus.tick.ms",
          20,
          1,
          1_000,
          "How often deadlines of requests are looked at, at most: what an answer may be late by.");
  public static final Setting<Integer> FETCH_GRACE_MS =
      Setting.integer(
          "fetch.grace.ms",
          2_000,
          1,
          60_000,
          "After its wait is over, how long a fetch may take to read what there is.");
  public static final Setting<Integer> REQUEST_TIMEOUT_MS =
      Setting.integer(
          "request.timeout.ms",
          30_000,
          100,
          Integer.MAX_VALUE,
          "Deadline of a request whose sender named none.");
  public static final Setting<Integer> SHUTDOWN_TIMEOUT_MS =
      Setting.integer(
          "shutdown.timeout.ms",
          10_000,
          0,
          3_600_000,
          "After SIGTERM, how long requests in flight may still take.");
  public static final Setting<Integer> NUM_PARTITIONS =
      Setting.integer(
          "num.partitions",
          1,
          1,
          100_000,
          "Partitions of a topic that is created without a number.");
  public static final Setting<Boolean> AUTO_CREATE_TOPICS_ENABLE =
      Setting.bool(
          "auto.create.topics.enable",
          true,
          "Whether a topic that a Kafka client asks for and that does not exist is created.");
  public static final Setting<Boolean> DELETE_TOPIC_ENABLE =
      Setting.bool("delete.topic.enable", true, "Whether topics can be deleted.");
  public static final Setting<Integer> MAX_PARTITIONS_PER_TOPIC =
      Setting.integer(
          "max.partitions.per.topic", 10_000, 1, 100_000, "Most partitions that a topic may have.");
  public static final Setting<Integer> MAX_PARTITIONS =
      Setting.integer(
          "max.partitions",
          100_000,
          1,
          1_000_000,
          "Most partitions of all topics together; creating more is refused.");
  public static final Setting<Integer> METADATA_PENDING_MAX =
      Setting.integer(
          "metadata.pending.max",
          1_000,
          1,
          1_000_000,
          "Metadata changes that may wait to be committed; more are answered THROTTLED.");
  public static final Setting<Integer> METADATA_SNAPSHOT_RECORDS =
      Setting.integer(
          "metadata.snapshot.records",
          2_000,
          1,
          10_000_000,
          "Committed metadata records after which a snapshot replaces them.");
  public static final Setting<Integer> METRICS_MAX_TOPICS =
      Setting.integer(
          "metrics.max.topics",
          1_000,
          0,
          1_000_000,
          "Topics with meters of their own; the others share one set.");

  static final List<Setting<?>> ALL =
      List.of(
          NODE_ID,
          DATA_DIR,
          EVENT_LOOPS,
          LOG_SHARDS,
          BACKGROUND_THREADS,
          RECOVERY_THREADS,
          REQUEST_MEMORY_BYTES,
          SHARD_QUEUE_MESSAGES,
          SHARD_QUEUE_BYTES,
          SHARD_WAITING_FETCHES,
          PARTITION_PENDING_ACKS,
          BUS_TICK_MS,
          FETCH_GRACE_MS,
          REQUEST_TIMEOUT_MS,
          SHUTDOWN_TIMEOUT_MS,
          NUM_PARTITIONS,
          AUTO_CREATE_TOPICS_ENABLE,
          DELETE_TOPIC_ENABLE,
          MAX_PARTITIONS_PER_TOPIC,
          MAX_PARTITIONS,
          METADATA_PENDING_MAX,
          METADATA_SNAPSHOT_RECORDS,
          METRICS_MAX_TOPICS);

  private ServerSettings() {}
}
