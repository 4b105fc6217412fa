package io.millrace.model.config;

import java.util.List;

/** Settings of what drives group coordinators: their topic, their queues, their loading. */
public final class CoordinatorSettings {
  public static final Setting<Integer> OFFSETS_TOPIC_NUM_PARTITIONS =
      Setting.integer(
          "offsets.topic.num.partitions",
          50,
          1,
          10_000,
          "Partitions of __consumer_offsets when it is created; each has one coordinator.");
  public static final Setting<Integer> OFFSETS_TOPIC_SEGMENT_BYTES =
      Setting.integer(
          "offsets.topic.segment.bytes",
          1_048_576,
          1_024,
          Integer.MAX_VALUE,
          "Segment size of __consumer_offsets when it is created: what is not compacted is read when"
              + " a coordinator loads.");
  public static final Setting<Integer> OFFSETS_TOPIC_COMPRESSION_CODEC =
      Setting.integer(
          "offsets.topic.compression.codec",
          0,
          0,
          4,
          "How coordinators compress what they append: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd.");
  public static final Setting<Integer> OFFSETS_LOAD_BUFFER_SIZE =
      Setting.integer(
          "offsets.load.buffer.size",
          5_242_880,
          16_384,
          268_435_456,
          "Bytes that a coordinator which is being loaded reads at a time.");
  public static final Setting<Integer> GROUP_COORDINATOR_LOAD_THREADS =
      Setting.integer(
          "group.coordinator.load.threads",
          2,
          1,
          256,
          "Coordinators that are loaded at a time, each on a thread of a pool.");
  public static final Setting<Integer> GROUP_COORDINATOR_PENDING_REQUESTS =
      Setting.integer(
          "group.coordinator.pending.requests",
          100_000,
          1,
          Integer.MAX_VALUE,
          "Requests to this node's coordinators that may wait; more are answered THROTTLED.");
  public static final Setting<Long> GROUP_COORDINATOR_PENDING_BYTES =
      Setting.longInteger(
          "group.coordinator.pending.bytes",
          134_217_728,
          65_536,
          Long.MAX_VALUE,
          "Bytes of requests to this node's coordinators that may wait; more are THROTTLED.");
  public static final Setting<Integer> GROUP_COORDINATOR_BATCH_BYTES =
      Setting.integer(
          "group.coordinator.batch.bytes",
          262_144,
          1_024,
          16_777_216,
          "A coordinator gathers records into a batch up to this while an append is under way.");

  public static final Setting<Integer> GROUP_COORDINATOR_FIND_TIMEOUT_MS =
      Setting.integer(
          "group.coordinator.find.timeout.ms",
          5_000,
          1,
          3_600_000,
          "Whoever looks for a group's coordinator waits so long at most until that is loaded.");

  static final List<Setting<?>> ALL =
      List.of(
          OFFSETS_TOPIC_NUM_PARTITIONS,
          OFFSETS_TOPIC_SEGMENT_BYTES,
          OFFSETS_TOPIC_COMPRESSION_CODEC,
          OFFSETS_LOAD_BUFFER_SIZE,
          GROUP_COORDINATOR_LOAD_THREADS,
          GROUP_COORDINATOR_PENDING_REQUESTS,
          GROUP_COORDINATOR_PENDING_BYTES,
          GROUP_COORDINATOR_BATCH_BYTES,
          GROUP_COORDINATOR_FIND_TIMEOUT_MS);

  private CoordinatorSettings() {}
}
