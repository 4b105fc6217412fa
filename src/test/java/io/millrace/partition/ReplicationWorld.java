package io.millrace.partition;

import io.millrace.model.Acks;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.config.SettingValues;
import io.millrace.model.config.TopicSettings;
import io.millrace.replication.IsrProposal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * One partition with three replicas and a course of faults, from a seed: nodes are killed, lose
 * their power and stand still, links are cut each way, messages are lost, doubled and late. While
 * that goes on the {@link ReplicationHistory} holds the replicas to the invariants; then everything
 * is healed, and all of them must have the same log, with all that was ever committed.
 */
final class ReplicationWorld implements SimulatedProducer.Cluster {
  private static final int NODES = 3;
  private static final int MIN_IN_SYNC = 2;
  private static final int PACE_MS = 30;
  private static final long FAULTS_MS = 40_000;
  private static final long HEALED_MS = 30_000;

  private final SimulatedTime time;
  private final Random random;
  private final boolean ackMode;
  private final SimulatedNetwork network;
  private final ReplicationHistory history = new ReplicationHistory();
  private final SimulatedController controller;
  private final Map<NodeId, SimulatedReplica> replicas =
      new TreeMap<>((a, b) -> a.value() - b.value());
  private final List<SimulatedProducer> producers = new ArrayList<>();
  private int down;
  private boolean vulnerable;
  private boolean healing;

  ReplicationWorld(long seed) {
    this.time = new SimulatedTime(seed);
    this.random = time.random();
    this.ackMode = random.nextBoolean();
    this.network = new SimulatedNetwork(time);
    List<NodeId> nodes = new ArrayList<>();
    for (int i = 0; i < NODES; i++) {
      nodes.add(new NodeId(i));
    }
    this.controller = new SimulatedController(time, nodes);
    SettingValues settings =
        TopicSettings.of(
            Map.of(
                "min.insync.replicas",
                Integer.toString(MIN_IN_SYNC),
                "flush.ms",
                "300",
                "flush.mode",
                ackMode ? "ack" : "async"));
    nodes.forEach(node -> replicas.put(node, new SimulatedReplica(this, node, settings)));
    producers.add(new SimulatedProducer(this, 1, Acks.ALL, PACE_MS));
    producers.add(new SimulatedProducer(this, 2, Acks.ALL, PACE_MS));
    producers.add(new SimulatedProducer(this, 3, Acks.LEADER, PACE_MS));
  }

  @Override
  public SimulatedTime time() {
    return time;
  }

  SimulatedNetwork network() {
    return network;
  }

  SimulatedController controller() {
    return controller;
  }

  ReplicationHistory history() {
    return history;
  }

  boolean ackMode() {
    return ackMode;
  }

  SimulatedReplica replica(NodeId node) {
    return replicas.get(node);
  }

  void toController(NodeId from, Runnable onArrival) {
    network.send(
        from.value(),
        SimulatedReplica.CONTROLLER,
        () -> {
          long before = controller.image().version();
          onArrival.run();
          publish(before);
        });
  }

  private void publish(long before) {
    SimulatedController.Image newest = controller.image();
    if (newest.version() > before) {

      for (SimulatedReplica replica : replicas.values()) {
        network.send(
            SimulatedReplica.CONTROLLER,
            replica.self().value(),
            () -> replica.onMessage(() -> replica.onImage(newest)));
      }
    }
  }

  /** Mostly the leader; sometimes somebody else, as clients are late to hear. */
  private SimulatedReplica anyReplicaLikelyLeading() {
    if (random.nextInt(5) > 0) {
      for (SimulatedReplica replica : replicas.values()) {
        if (controller.leads(replica.self())) {
          return replica;
        }
      }
    }
    return any();
  }

  @Override
  public void produce(byte[] batch, Acks acks, Consumer<ErrorCode> onAnswer) {
    SimulatedReplica target = anyReplicaLikelyLeading();
    int to = target.self().value();
    Produced.Listener listener =
        produced ->
            network.send(to, SimulatedReplica.CLIENT, () -> onAnswer.accept(produced.error()));
    network.send(
        SimulatedReplica.CLIENT,
        to,
        () ->
            target.onMessage(() -> target.produce(ByteBuffer.wrap(batch.clone()), acks, listener)));
  }

  private SimulatedReplica any() {
    return replica(new NodeId(random.nextInt(NODES)));
  }

  /** The whole course. */
  void run() {
    network.quality(random.nextInt(4), random.nextInt(10), 5 + random.nextInt(400));
    replicas.values().forEach(SimulatedReplica::start);
    every(
        200,
        () -> {
          long before = controller.image().version();
          controller.expireSessions();
          publish(before);
        });
    time.run(1_000 * SimulatedTime.MS);
    producers.forEach(SimulatedProducer::send);
    every(50, this::readSomewhere);
    time.after(time.between(500, 3_000), this::nextFault);
    time.run(FAULTS_MS * SimulatedTime.MS);
    heal();
    time.run(HEALED_MS * SimulatedTime.MS);
    finish();
  }

  private void every(long ms, Runnable what) {
    time.after(
        ms * SimulatedTime.MS,
        () -> {
          what.run();
          every(ms, what);
        });
  }

  private void readSomewhere() {
    SimulatedReplica reader = any();
    reader.onMessage(() -> reader.read(random.nextInt((int) history.committedEnd() + 1)));
  }

  private void nextFault() {
    if (healing) {
      return;
    }
    fault();
    time.after(time.between(100, 4_000), this::nextFault);
  }

  private boolean isWhole() {
    return down == 0
        && controller.isWhole()
        && replicas.values().stream().noneMatch(SimulatedReplica::isPowerLost);
  }

  private void fault() {
    if (vulnerable && !isWhole()) {
      return;
    }
    vulnerable = false;
    SimulatedReplica victim = any();
    switch (random.nextInt(8)) {
      case 0, 1 -> kill(victim);
      case 2, 3 -> losePower(victim);
      case 4 -> victim.pause(time.between(200, 6_000));
      case 5 -> cutOff(victim, true);
      case 6 -> cutOff(victim, false);
      default -> losePowerEverywhere();
    }
  }

  private void kill(SimulatedReplica victim) {
    if (victim.isUp()) {
      victim.kill();
      startLater(victim);
    }
  }

  /**
   * In flush.mode=async a replica that loses its power must not have been the last with what was
   * committed: the promise is for one such node at a time.
   */
  private void losePower(SimulatedReplica victim) {
    if (!victim.isUp() || (!ackMode && !isWhole())) {
      return;
    }
    vulnerable = !ackMode;
    victim.losePower();
    startLater(victim);
  }

  private void startLater(SimulatedReplica victim) {
    down++;
    time.after(
        time.between(50, 5_000),
        () -> {
          down--;
          victim.start();
        });
  }

  private void losePowerEverywhere() {
    if (ackMode) {
      for (SimulatedReplica replica : replicas.values()) {
        losePower(replica);
      }
    }
  }

  /** From the others, but not from the controller and the clients; or from the controller alone. */
  private void cutOff(SimulatedReplica victim, boolean fromOthers) {
    int node = victim.self().value();
    List<Integer> peers =
        fromOthers
            ? replicas.keySet().stream().map(NodeId::value).filter(other -> other != node).toList()
            : List.of(SimulatedReplica.CONTROLLER);
    int ways = 1 + random.nextInt(3);
    for (int peer : peers) {
      if ((ways & 1) != 0) {
        network.cut(node, peer);
      }
      if ((ways & 2) != 0) {
        network.cut(peer, node);
      }
    }
    time.after(time.between(500, 8_000), network::heal);
  }

  /**
   * The worst moment: the leader does not hear what its proposal came to, whom it took in falls
   * behind, and then it dies.
   */
  void onInSyncChanged(SimulatedReplica leader, IsrProposal proposal) {
    List<NodeId> others =
        proposal.inSync().keySet().stream()
            .filter(node -> !node.equals(leader.self()))
            .sorted((a, b) -> a.value() - b.value())
            .toList();
    if (healing || vulnerable || others.isEmpty() || random.nextInt(3) > 0) {
      return;
    }
    int node = leader.self().value();
    int other = others.get(random.nextInt(others.size())).value();
    network.cut(SimulatedReplica.CONTROLLER, node);
    time.after(
        time.between(0, 400),
        () -> {
          network.cut(node, other);
          network.cut(other, node);
        });
    time.after(
        time.between(500, 2_000),
        () -> {
          if (!healing && !vulnerable) {
            kill(leader);
          }
        });
    time.after(time.between(2_000, 4_000), network::heal);
  }

  /** What is acknowledged to acks=all is on as many disks as min.insync.replicas says. */
  void requireOnEnough(long baseOffset, int crc) {
    long holders =
        replicas.values().stream()
            .filter(replica -> replica.log().holds(baseOffset, crc, ackMode))
            .count();
    ReplicationHistory.check(
        holders >= MIN_IN_SYNC,
        "AckedIsOnEnough: offset %s was acknowledged, %s replicas have it",
        baseOffset,
        holders);
  }

  private void heal() {
    healing = true;
    network.heal();
    network.quality(0, 0, 5);
    time.after(HEALED_MS / 2 * SimulatedTime.MS, () -> producers.forEach(SimulatedProducer::stop));
  }

  private void finish() {
    Collection<SimulatedReplica> all = replicas.values();
    String state = controller + ", " + all;
    ReplicationHistory.check(controller.isWhole(), "Heals: %s", state);
    history.requireAgreement(all.stream().map(SimulatedReplica::log).toList(), state);
    for (SimulatedProducer producer : producers) {
      ReplicationHistory.check(producer.acknowledged() > 0, "Progress: %s", state);
    }
  }
}
