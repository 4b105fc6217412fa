package io.millrace.model.config;

import java.util.List;

/** Settings of how followers fetch from leaders, and when leaders give them up. */
public final class ReplicationSettings {
  public static final Setting<Integer> REPLICA_LAG_TIME_MAX_MS =
      Setting.integer(
          "replica.lag.time.max.ms",
          30_000,
          100,
          3_600_000,
          "A follower that did not have all of its leader's log for longer is no longer in sync.");
  public static final Setting<Integer> REPLICA_FETCH_WAIT_MAX_MS =
      Setting.integer(
          "replica.fetch.wait.max.ms",
          500,
          1,
          60_000,
          "A leader holds a follower's fetch for so long when there is nothing new.");
  public static final Setting<Integer> REPLICA_FETCH_TIMEOUT_MS =
      Setting.integer(
          "replica.fetch.timeout.ms",
          2_000,
          10,
          60_000,
          "A follower gives a fetch up when its answer takes longer than the wait and this.");
  public static final Setting<Integer> REPLICA_FETCH_RESPONSE_MAX_BYTES =
      Setting.integer(
          "replica.fetch.response.max.bytes",
          131_072,
          16_384,
          16_777_216,
          "Batches in one answer to a follower, though always one whole batch; less, down to"
              + " 16384, while round trips are slow.");
  public static final Setting<Integer> REPLICA_FETCH_BACKOFF_MS =
      Setting.integer(
          "replica.fetch.backoff.ms",
          50,
          1,
          60_000,
          "A follower whose fetch failed tries again after this, then after twice as long, and so"
              + " on.");
  public static final Setting<Integer> REPLICA_FETCH_BACKOFF_MAX_MS =
      Setting.integer(
          "replica.fetch.backoff.max.ms",
          1_000,
          1,
          60_000,
          "The longest that a follower waits before it tries again.");
  public static final Setting<Integer> NUM_REPLICA_FETCHERS =
      Setting.integer(
          "num.replica.fetchers",
          4,
          1,
          64,
          "Fetches that a log shard has under way to one leader at a time, each for other"
              + " partitions.");
  public static final Setting<Integer> REPLICA_FETCH_PARTITIONS_MAX =
      Setting.integer(
          "replica.fetch.partitions.max", 1_000, 1, 100_000, "Partitions in one fetch.");
  public static final Setting<Long> REPLICATION_THROTTLE_BYTES_PER_SEC =
      Setting.longInteger(
          "replication.throttle.bytes.per.sec",
          52_428_800,
          1_024,
          Long.MAX_VALUE,
          "How fast this node copies the partitions that are being added to it, beside its other"
              + " work.");

  static final List<Setting<?>> ALL =
      List.of(
          REPLICA_LAG_TIME_MAX_MS,
          REPLICA_FETCH_WAIT_MAX_MS,
          REPLICA_FETCH_TIMEOUT_MS,
          REPLICA_FETCH_RESPONSE_MAX_BYTES,
          REPLICA_FETCH_BACKOFF_MS,
          REPLICA_FETCH_BACKOFF_MAX_MS,
          NUM_REPLICA_FETCHERS,
          REPLICA_FETCH_PARTITIONS_MAX,
          REPLICATION_THROTTLE_BYTES_PER_SEC);

  private ReplicationSettings() {}
}
