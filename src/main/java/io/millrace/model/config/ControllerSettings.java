package io.millrace.model.config;

import java.util.List;

/** Settings of the controller, and of brokers towards it. */
public final class ControllerSettings {
  public static final Setting<String> BROKER_RACK =
      Setting.text(
          "broker.rack",
          "",
          "Where this broker stands: replicas of a partition are put into different racks; empty"
              + " for nowhere in particular.");
  public static final Setting<Integer> BROKER_SESSION_TIMEOUT_MS =
      Setting.integer(
          "broker.session.timeout.ms",
          3_000,
          500,
          600_000,
          "A broker that the controller does not hear of for so long is fenced: others lead what it"
              + " led.");
  public static final Setting<Integer> BROKER_HEARTBEAT_INTERVAL_MS =
      Setting.integer(
          "broker.heartbeat.interval.ms",
          500,
          50,
          60_000,
          "How often a broker tells the controller that it is there.");
  public static final Setting<Integer> DEFAULT_REPLICATION_FACTOR =
      Setting.integerOrAuto(
          "default.replication.factor",
          Short.MAX_VALUE,
          "Replicas of a topic that is created without saying how many; auto: 3, or one on each"
              + " broker while there are fewer, and more as brokers join.");
  public static final Setting<Boolean> AUTO_LEADER_REBALANCE_ENABLE =
      Setting.bool(
          "auto.leader.rebalance.enable",
          true,
          "Whether the preferred replica of a partition leads again once it is in sync.");
  public static final Setting<Integer> AUTO_LEADER_REBALANCE_DELAY_MS =
      Setting.integer(
          "auto.leader.rebalance.delay.ms",
          10_000,
          0,
          3_600_000,
          "How long no broker may have come or gone before preferred replicas lead again: one that"
              + " has just started is slow.");
  public static final Setting<Boolean> CLUSTER_BALANCE_ENABLE =
      Setting.bool(
          "cluster.balance.enable",
          true,
          "Whether partitions move by themselves to brokers that have fewer, such as new ones.");
  public static final Setting<Integer> CLUSTER_BALANCE_INTERVAL_MS =
      Setting.integer(
          "cluster.balance.interval.ms",
          1_000,
          100,
          3_600_000,
          "How often the controller looks for replicas to add or move and leaders to bring back.");
  public static final Setting<Integer> CLUSTER_BALANCE_MOVES_MAX =
      Setting.integer(
          "cluster.balance.moves.max",
          20,
          1,
          100_000,
          "Partitions that the controller moves at the same time.");
  public static final Setting<Boolean> CONTROLLED_SHUTDOWN_ENABLE =
      Setting.bool(
          "controlled.shutdown.enable",
          true,
          "Whether a broker that stops first has others lead what it leads.");

  static final List<Setting<?>> ALL =
      List.of(
          BROKER_RACK,
          BROKER_SESSION_TIMEOUT_MS,
          BROKER_HEARTBEAT_INTERVAL_MS,
          DEFAULT_REPLICATION_FACTOR,
          AUTO_LEADER_REBALANCE_ENABLE,
          AUTO_LEADER_REBALANCE_DELAY_MS,
          CLUSTER_BALANCE_ENABLE,
          CLUSTER_BALANCE_INTERVAL_MS,
          CLUSTER_BALANCE_MOVES_MAX,
          CONTROLLED_SHUTDOWN_ENABLE);

  private ControllerSettings() {}
}
