package io.millrace.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicName;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.ProcessLife;
import io.millrace.model.image.TopicImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Nodes that start, stop, die, lose power and are cut off, over one metadata log; after each commit
 * the invariants that the controller must hold are checked.
 */
final class SimulatedCluster {
  private static final int NODES = 5;

  final SimulatedWorld world;
  final SimulatedMetadataLog log;
  final SimulatedReplicas replicas = new SimulatedReplicas();
  private final Map<Integer, SimulatedBroker> up = new HashMap<>();
  private final Map<Integer, Boolean> lostPower = new HashMap<>();

  /** Whose disk does not say yet that it told of the last loss of power. */
  private final Set<Integer> unmarked = new HashSet<>();

  private final Map<Integer, Boolean> registeringUnclean = new HashMap<>();
  private final Map<LeaderEpoch, NodeId> leaders = new HashMap<>();
  private final SettingValues settings = BrokerSettings.of(Map.of());
  private boolean quiet;
  private long starts;
  int elections;
  int commits;

  private record LeaderEpoch(PartitionId partition, int epoch) {}

  SimulatedCluster(long seed) {
    world = new SimulatedWorld(seed);
    log = new SimulatedMetadataLog(world, this::onCommit);
  }

  SimulatedBroker broker(int node) {
    return up.get(node);
  }

  boolean isUp(int node) {
    return up.containsKey(node);
  }

  /** A registration reaches the controller. */
  void registering(int node, boolean unclean) {
    registeringUnclean.put(node, unclean);
  }

  /** A life's registration was answered: its disk has the running marker from here on. */
  void marked(int node) {
    unmarked.remove(node);
  }

  void run() {
    start(1);
    log.elect(1);
    world.runUntil(1_500);
    start(2);
    createTopic(new TopicName("a"), 3);
    world.runUntil(3_000);
    start(3);
    repeat(100, this::endWhoMayStop);
    repeat(40, () -> running().forEach(SimulatedBroker::replicate));
    repeat(100, this::controllerTicks);
    repeat(300, this::electIfNeeded);
    repeat(700, this::misfortune);
    repeat(900, this::flushSome);
    world.runUntil(45_000);
    heal();
    world.runUntil(75_000);
    checkHealed();
  }

  private void repeat(int everyMs, Runnable task) {
    world.after(
        everyMs,
        () -> {
          task.run();
          repeat(everyMs, task);
        });
  }

  private void start(int node) {
    boolean unclean = unmarked.contains(node);
    SimulatedBroker broker = new SimulatedBroker(this, node, unclean, nextLife(), settings);
    up.put(node, broker);
    world.wake(node);
    beat(broker);
  }

  private ProcessLife nextLife() {
    starts++;
    return new ProcessLife(starts, "life" + starts);
  }

  private void beat(SimulatedBroker broker) {
    if (!broker.isStopped()) {
      broker.beat();
      world.after(500, () -> world.on(broker.id, () -> beat(broker)));
    }
  }

  private List<SimulatedBroker> running() {
    return up.values().stream().filter(broker -> !world.isPaused(broker.id)).toList();
  }

  private void endWhoMayStop() {
    up.values().stream()
        .filter(broker -> broker.wantsToStop && broker.mayStop)
        .findFirst()
        .ifPresent(broker -> kill(broker.id, false));
  }

  private void kill(int node, boolean power) {
    SimulatedBroker broker = up.remove(node);
    broker.stop();
    log.close(node);
    if (power) {
      lostPower.put(node, true);
      unmarked.add(node);
      replicas.losePower(node);
    }
  }

  private void controllerTicks() {
    running().forEach(SimulatedBroker::controllerTick);
  }

  private void electIfNeeded() {
    int leader = log.leader();
    if (leader >= 0 && world.isPaused(leader) && world.chance(2)) {
      log.depose(leader);
    }
    if (log.leader() < 0 && (quiet || !world.chance(3))) {
      List<Integer> some =
          running().stream().map(broker -> broker.id).filter(node -> !world.isCut(node)).toList();
      if (!some.isEmpty()) {
        log.elect(some.get(world.random.nextInt(some.size())));
      }
    }
  }

  private void flushSome() {
    List.copyOf(up.keySet()).forEach(replicas::flush);
  }

  private void misfortune() {
    if (quiet) {
      return;
    }
    int node = 1 + world.random.nextInt(NODES);
    boolean isUp = up.containsKey(node);
    switch (world.random.nextInt(12)) {
      case 0 -> {
        if (isUp) {
          kill(node, false);
        }
      }
      case 1 -> {
        if (isUp && world.chance(2)) {
          kill(node, true);
        }
      }
      case 2 -> {
        world.cut(node, true);
        log.depose(node);
      }
      case 3, 4 -> {
        world.cut(node, false);
        log.catchUp(node);
      }
      case 5 -> {
        if (isUp) {
          up.get(node).wantsToStop = true;
        }
      }
      case 6 -> {
        if (log.leader() >= 0 && world.chance(2)) {
          log.depose(log.leader());
        }
      }
      case 7 -> standStill(log.leader() >= 0 && world.chance(2) ? log.leader() : node);
      default -> {
        if (!isUp) {
          start(node);
        }
      }
    }
  }

  private void standStill(int node) {
    if (up.containsKey(node)) {
      world.pause(node, 200 + world.random.nextInt(6_000));
    }
  }

  private void heal() {
    quiet = true;
    world.heal();
    up.keySet().forEach(log::catchUp);
    for (int node = 1; node <= NODES; node++) {
      SimulatedBroker broker = up.get(node);
      if (broker == null) {
        start(node);
      } else {
        broker.wantsToStop = false;
        broker.mayStop = false;
      }
    }
  }

  /** Asks until it is there, since any question may get lost. */
  private void createTopic(TopicName name, int partitions) {
    if (log.committed().cluster().topic(name).isPresent()) {
      return;
    }
    if (log.leader() >= 0 && !world.isPaused(log.leader())) {
      up.get(log.leader())
          .driver
          .execute(c -> c.createTopic(name, partitions, -1, Map.of(), false));
    }
    world.after(300, () -> createTopic(name, partitions));
  }

  /** Asks one of those who believe to be the controller; question and answer may be lost. */
  <T> void ask(
      SimulatedBroker from,
      Function<SimulatedBroker, CompletionStage<T>> question,
      Consumer<T> onAnswer,
      Consumer<Throwable> onRefused) {
    List<Integer> believers = log.believers();
    if (believers.isEmpty()) {
      return;
    }
    int to =
        believers.contains(from.id)
            ? from.id
            : believers.get(world.random.nextInt(believers.size()));
    world.send(
        from.id,
        to,
        () -> {
          SimulatedBroker controller = up.get(to);
          if (controller == null) {
            return;
          }
          question
              .apply(controller)
              .whenComplete(
                  (answer, error) ->
                      world.send(
                          to,
                          from.id,
                          () -> {
                            if (from.isStopped()) {
                              return;
                            }
                            if (error == null) {
                              onAnswer.accept(answer);
                            } else {
                              onRefused.accept(error);
                            }
                          }));
        });
  }

  private void onCommit(MetadataState before, MetadataState now) {
    commits++;
    ClusterImage image = now.cluster();
    for (BrokerImage broker : image.brokers()) {
      long earlier = before.cluster().broker(broker.id()).map(BrokerImage::incarnation).orElse(0L);
      if (broker.incarnation() < earlier) {
        throw new AssertionError("IncarnationsNeverBack " + broker);
      }
      if (broker.incarnation() > earlier
          && registeringUnclean.getOrDefault(broker.id().value(), false)) {
        lostPower.remove(broker.id().value()); // It has told.
      }
      checkLease(before.cluster(), broker);
    }
    for (TopicImage topic : image.topics()) {
      for (PartitionImage partition : topic.partitions()) {
        check(before.cluster(), image, topic, partition);
      }
    }
  }

  /** Others lead from here on what it led, so it must not believe that it does. */
  private void checkLease(ClusterImage before, BrokerImage now) {
    SimulatedBroker broker = up.get(now.id().value());
    boolean isFenced =
        now.fenced()
            && before
                .broker(now.id())
                .filter(known -> !known.fenced() && known.incarnation() == now.incarnation())
                .isPresent();
    if (isFenced && broker != null && broker.wouldServe(now.incarnation())) {
      throw new AssertionError("NoLeaseOfAFencedBroker " + now + " at " + world.nowMs());
    }
  }

  private void check(
      ClusterImage before, ClusterImage image, TopicImage topic, PartitionImage now) {
    PartitionId id = topic.partitionId(now.partition());
    PartitionImage earlier =
        before.topic(topic.id()).map(found -> found.partitions().get(now.partition())).orElse(null);
    checkAlone(image, id, now);
    if (earlier == null || earlier == now) {
      return;
    }
    require(now.leaderEpoch() >= earlier.leaderEpoch(), "EpochsNeverBack", now);
    require(now.partitionEpoch() >= earlier.partitionEpoch(), "EpochsNeverBack", now);
    if (now.leaderEpoch() > earlier.leaderEpoch() && now.leader().isPresent()) {
      elections++;
      int leader = now.leader().get().value();
      boolean recovered =
          !earlier.lastKnownInSync().isEmpty() && !earlier.mayLead(now.leader().get());
      // A machine that lost power and has not told yet is believed to have what it had.
      if (!lostPower.getOrDefault(leader, false)) {
        replicas.onElected(id, now, recovered);
      }
    }
  }

  private void checkAlone(ClusterImage image, PartitionId id, PartitionImage now) {
    require(
        !now.inSyncReplicas().isEmpty() || !now.lastKnownInSync().isEmpty(),
        "SomebodyIsRemembered",
        now);
    if (now.leader().isPresent()) {
      NodeId leader = now.leader().get();
      NodeId first = leaders.computeIfAbsent(new LeaderEpoch(id, now.leaderEpoch()), e -> leader);
      require(first.equals(leader), "SingleLeaderPerEpoch", now);
      require(now.inSyncReplicas().contains(leader), "LeaderInSync", now);
      for (NodeId member : now.inSyncReplicas()) {
        require(!image.broker(member).orElseThrow().fenced(), "NoFencedBrokerInSync", now);
      }
    }
  }

  private static void require(boolean holds, String invariant, PartitionImage partition) {
    if (!holds) {
      throw new AssertionError(invariant + " " + partition);
    }
  }

  private void checkHealed() {
    ClusterImage image = log.committed().cluster();
    List<String> wrong = new ArrayList<>();
    for (TopicImage topic : image.topics()) {
      for (PartitionImage partition : topic.partitions()) {
        if (partition.leader().isEmpty()
            || partition.replicas().size() != 3
            || partition.inSyncReplicas().size() != 3
            || partition.isMoving()
            || partition.leaderUnclean()) {
          wrong.add(partition.toString());
        } else {
          replicas.checkReplicasAgree(topic.partitionId(partition.partition()), partition);
        }
      }
    }
    assertThat(wrong).as("everything heals %s", image.brokers()).isEmpty();
    assertThat(replicas.acknowledgedCount()).isPositive();
  }
}
