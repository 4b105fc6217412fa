package io.millrace.model.config;

import java.util.List;

/** Settings of the metadata log of a cluster. */
public final class RaftSettings {
  public static final Setting<Integer> HEARTBEAT_INTERVAL_MS =
      Setting.integer(
          "metadata.raft.heartbeat.interval.ms",
          1_000,
          1_000,
          60_000,
          "How often the controller tells the voters that it is there; in whole seconds.");
  public static final Setting<Integer> LEADER_TIMEOUT_MS =
      Setting.integer(
          "metadata.raft.leader.timeout.ms",
          2_000,
          1_000,
          600_000,
          "Silence of the controller after which voters elect another; in whole seconds.");
  public static final Setting<Integer> ELECTION_TIMEOUT_MS =
      Setting.integer(
          "metadata.raft.election.timeout.ms",
          500,
          100,
          60_000,
          "How long a voter waits for votes before it asks again.");
  public static final Setting<Integer> SNAPSHOT_ENTRIES =
      Setting.integer(
          "metadata.raft.snapshot.entries",
          2_000,
          10,
          100_000,
          "Committed entries of the metadata log after which a snapshot replaces them.");
  public static final Setting<Integer> LEARNER_TIMEOUT_MS =
      Setting.integer(
          "metadata.raft.learner.timeout.ms",
          30_000,
          1_000,
          3_600_000,
          "How long a new voter may take to catch up before its promotion is given up.");
  public static final Setting<Integer> INBOUND_BYTES =
      Setting.integer(
          "metadata.raft.inbound.bytes",
          8 * 1024 * 1024,
          1024 * 1024,
          1024 * 1024 * 1024,
          "Messages of other voters that may wait to be read; more are dropped, and sent again.");

  static final List<Setting<?>> ALL =
      List.of(
          HEARTBEAT_INTERVAL_MS,
          LEADER_TIMEOUT_MS,
          ELECTION_TIMEOUT_MS,
          SNAPSHOT_ENTRIES,
          LEARNER_TIMEOUT_MS,
          INBOUND_BYTES);

  private RaftSettings() {}
}
