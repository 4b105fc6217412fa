package io.millrace.verticle;

import io.millrace.metadata.MetadataState;
import io.millrace.metadata.SimulatedMetadataLog;
import io.millrace.model.Acks;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicName;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.model.config.TopicSettings;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import io.millrace.partition.ReplicationHistory;
import io.millrace.partition.SimulatedNetwork;
import io.millrace.partition.SimulatedProducer;
import io.millrace.partition.SimulatedTime;
import io.millrace.replication.IsrProposal;
import io.millrace.testing.Seeds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Three nodes with everything that keeps records and metadata: replication, in-sync replicas,
 * elections, sessions and leases are the program's own; the metadata log is a model of one, whose
 * leader changes at any moment and may not know it. From a seed the nodes are killed, lose their
 * power and what they had not synced, stand still, and stop by themselves; links are cut, or stand
 * still, each way; messages are lost, doubled and late, some by seconds. In some worlds a node
 * comes to the images that it hears of long after its heartbeats are answered.
 *
 * <p>Held all the while: CommittedNeverLost, LogPrefixAgreement, HighWatermarkMonotonic,
 * SingleLeaderPerEpoch, OnlyCommittedIsRead, AckedIsOnEnough of {@link ReplicationHistory} for each
 * partition, InSyncHasAllThatIsCommitted, NoLeaseOfAFencedBroker, NoAckOfAZombie, ProducerIdsOnce;
 * at the end all heals and all replicas agree.
 */
final class ClusterWorld implements SimulatedMetadataLog.World {
  static final String CLUSTER_ID = "cluster";
  private static final int CLIENT = -2;
  private static final int NODES = 3;
  private static final int PARTITIONS = 2;
  private static final int MIN_IN_SYNC = 2;
  private static final int PACE_MS = 100;
  private static final int SLOW_IMAGES_MS = 3_000;
  private static final long FAULTS_MS = 20_000;
  private static final long HEALED_MS = 24_000;
  private static final long STEP_MS = 500;

  /** Until then what was held up by a pause or a slow link has come. */
  private static final long SETTLED_MS = 6_500;

  private static final TopicName FLIGHTS = new TopicName("flights");

  private final SimulatedTime time;
  private final Random random;
  private final boolean ackMode;
  private final long lagNanos;
  private final Random images;
  private final boolean hasSlowImages;
  private final long[] digestsForMs = new long[NODES];
  private final SimulatedNetwork network;
  private final SimulatedMetadataLog log;
  private final SettingValues settings = BrokerSettings.of(Map.of());
  private final SettingValues topicSettings;
  private final Map<NodeId, ClusterNode> nodes = new TreeMap<>((a, b) -> a.value() - b.value());
  private final Map<PartitionId, ReplicationHistory> histories = new HashMap<>();
  private final Map<LeaderEpoch, NodeId> leaders = new HashMap<>();
  private final Set<LeaderEpoch> ended = new HashSet<>();
  private final List<SimulatedProducer> producers = new ArrayList<>();
  private final Set<Long> producerIds = new HashSet<>();
  private int down;
  private boolean vulnerable;
  private boolean healing;
  private long elections;

  private record LeaderEpoch(PartitionId partition, int epoch) {}

  ClusterWorld(long seed) {
    time = new SimulatedTime(seed);
    random = time.random();
    ackMode = random.nextBoolean();
    lagNanos = time.between(400, 4_000);
    images = Seeds.random(-1 - seed);
    hasSlowImages = images.nextBoolean();
    for (int i = 0; hasSlowImages && i < NODES; i++) {
      digestsForMs[i] = images.nextInt(3) == 0 ? 1 + images.nextInt(SLOW_IMAGES_MS) : 0;
    }
    network = new SimulatedNetwork(time);
    log = new SimulatedMetadataLog(this, this::onCommit);
    topicSettings =
        TopicSettings.of(
            Map.of(
                "min.insync.replicas",
                Integer.toString(MIN_IN_SYNC),
                "flush.ms",
                "300",
                "flush.mode",
                ackMode ? "ack" : "async"));
    for (int i = 0; i < NODES; i++) {
      nodes.put(new NodeId(i), new ClusterNode(this, new NodeId(i)));
    }
  }

  SimulatedTime time() {
    return time;
  }

  SimulatedMetadataLog log() {
    return log;
  }

  boolean ackMode() {
    return ackMode;
  }

  /** Who is behind for longer goes out of sync. */
  long lagNanos() {
    return lagNanos;
  }

  SettingValues settings() {
    return settings;
  }

  SettingValues topicSettings() {
    return topicSettings;
  }

  ReplicationHistory history(PartitionId id) {
    return histories.computeIfAbsent(id, none -> new ReplicationHistory());
  }

  ClusterNode node(NodeId id) {
    return nodes.get(id);
  }

  private ClusterNode node(int id) {
    return nodes.get(new NodeId(id));
  }

  private ClusterNode any() {
    return node(random.nextInt(NODES));
  }

  long elections() {
    return elections;
  }

  long acknowledged() {
    return histories.values().stream().mapToLong(ReplicationHistory::acknowledgedCount).sum();
  }

  // The network, and what the metadata log needs of it

  void send(NodeId from, NodeId to, Runnable onArrival) {
    network.send(from.value(), to.value(), () -> node(to).onMessage(onArrival));
  }

  /** A copy that was under way for seconds, every now and then. */
  void sendLateCopy(NodeId from, NodeId to, Runnable onArrival) {
    if (!healing && random.nextInt(3) == 0) {
      time.after(time.between(300, 4_000), () -> send(from, to, onArrival));
    }
  }

  /** Whether a connection would be refused: there is no process any more. */
  boolean refuses(NodeId from, NodeId to) {
    return !node(to).isUp() && isJoined(from.value(), to.value());
  }

  private boolean isJoined(int one, int other) {
    return !network.isCut(one, other) && !network.isCut(other, one);
  }

  @Override
  public Random random() {
    return random;
  }

  @Override
  public void after(long delayMs, Runnable task) {
    time.after(delayMs * SimulatedTime.MS, task);
  }

  @Override
  public void on(int node, Runnable task) {
    ClusterNode there = node(node);
    if (there.isPaused()) {
      after(50, () -> on(node, task));
    } else {
      task.run();
    }
  }

  @Override
  public boolean hears(int from, int node) {
    return from == node || !network.isCut(from, node);
  }

  @Override
  public long digestsForMs(int node) {
    return healing ? 0 : digestsForMs[node];
  }

  /** Whether it could be the leader of the metadata log: another one answers it. */
  private boolean hasMajority(ClusterNode node) {
    return nodes.values().stream()
        .anyMatch(
            other ->
                other != node
                    && other.isUp()
                    && !other.isPaused()
                    && isJoined(node.self().value(), other.self().value()));
  }

  private void keepLogLed() {
    int leader = log.leader();
    if (leader >= 0) {
      ClusterNode node = node(leader);
      if (!healing && !vulnerable && log.confirmsSlowly() && random.nextInt(60) == 0) {
        isolate(node);
      }
      boolean isSilent = node.isPaused() && random.nextInt(10) == 0;
      if (isSilent || !hasMajority(node)) {
        log.depose(leader);
      }
    } else if (random.nextInt(5) == 0) {
      List<ClusterNode> able =
          nodes.values().stream()
              .filter(node -> node.isUp() && !node.isPaused() && hasMajority(node))
              .toList();
      if (!able.isEmpty()) {
        log.elect(able.get(random.nextInt(able.size())).self().value());
      }
    }
  }

  /** Who missed something hears it from whomever it reaches. */
  private void catchUp() {
    nodes.values().stream()
        .filter(node -> node.isUp() && hasMajority(node))
        .forEach(node -> log.catchUp(node.self().value()));
  }

  // Clients

  private final class Traffic implements SimulatedProducer.Cluster {
    private final PartitionId id;

    Traffic(PartitionId id) {
      this.id = id;
    }

    @Override
    public SimulatedTime time() {
      return time;
    }

    @Override
    public void produce(byte[] batch, Acks acks, Consumer<ErrorCode> onAnswer) {
      ClusterNode target =
          random.nextInt(5) == 0
              ? any()
              : image(id).flatMap(PartitionImage::leader).map(nodes::get).orElseGet(() -> any());
      int to = target.self().value();
      network.send(
          CLIENT,
          to,
          () ->
              target.onMessage(
                  () ->
                      target.produce(
                          id,
                          batch,
                          acks,
                          error -> network.send(to, CLIENT, () -> onAnswer.accept(error)))));
    }
  }

  private Optional<PartitionImage> image(PartitionId id) {
    return log.committed()
        .cluster()
        .topic(id.topicId())
        .map(topic -> topic.partitions().get(id.partition()));
  }

  private void readSomewhere() {
    ClusterNode reader = any();
    histories.forEach(
        (id, history) ->
            reader.onMessage(
                () -> reader.read(id, random.nextInt((int) history.committedEnd() + 1))));
  }

  // The course

  void run() {
    nodes.values().forEach(ClusterNode::start);
    every(100, this::keepLogLed);
    every(500, this::catchUp);
    createTopic();
    while (log.committed().cluster().topic(FLIGHTS).isEmpty()) {
      time.run(100 * SimulatedTime.MS);
    }
    TopicImage topic = log.committed().cluster().topic(FLIGHTS).orElseThrow();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      Traffic traffic = new Traffic(topic.partitionId(partition));
      producers.add(new SimulatedProducer(traffic, 1, Acks.ALL, PACE_MS));
      producers.add(new SimulatedProducer(traffic, 2, Acks.ALL, PACE_MS));
      producers.add(new SimulatedProducer(traffic, 3, Acks.LEADER, PACE_MS));
    }
    network.quality(random.nextInt(4), random.nextInt(10), slowMs());
    producers.forEach(SimulatedProducer::send);
    every(50, this::readSomewhere);
    time.after(time.between(500, 3_000), this::nextFault);
    time.run(FAULTS_MS * SimulatedTime.MS);
    heal();
    runUntilWhole();
    producers.forEach(SimulatedProducer::stop);
    time.run(4 * STEP_MS * SimulatedTime.MS);
    finish();
  }

  /** And some time more, in which it must stay so. */
  private void runUntilWhole() {
    int whole = 0;
    for (long ms = 0; ms < SETTLED_MS || (whole < 4 && ms < HEALED_MS); ms += STEP_MS) {
      time.run(STEP_MS * SimulatedTime.MS);
      whole = isWhole() ? whole + 1 : 0;
    }
  }

  private long slowMs() {
    return random.nextInt(3) == 0 ? 2_500 : 5 + random.nextInt(400);
  }

  private void every(long ms, Runnable what) {
    after(
        ms,
        () -> {
          what.run();
          every(ms, what);
        });
  }

  private void createTopic() {
    if (log.committed().cluster().topic(FLIGHTS).isEmpty()) {
      nodes
          .values()
          .forEach(
              node ->
                  node.control(
                      driver ->
                          driver.execute(
                              c ->
                                  c.createTopic(
                                      FLIGHTS,
                                      PARTITIONS,
                                      NODES,
                                      Map.of("min.insync.replicas", Integer.toString(MIN_IN_SYNC)),
                                      false))));
      after(200, this::createTopic);
    }
  }

  private void nextFault() {
    if (!healing) {
      fault();
      time.after(time.between(100, 3_000), this::nextFault);
    }
  }

  private boolean isWhole() {
    return down == 0
        && nodes.values().stream().noneMatch(ClusterNode::isPowerLost)
        && histories.keySet().stream().allMatch(id -> image(id).filter(this::isWhole).isPresent());
  }

  private boolean isWhole(PartitionImage partition) {
    return partition.leader().isPresent() && partition.inSyncReplicas().size() == NODES;
  }

  /** Whether all others are there, with all that is committed. */
  private boolean isSafeWithout(ClusterNode victim) {
    return down == 0
        && nodes.values().stream().noneMatch(ClusterNode::isPowerLost)
        && histories.keySet().stream()
            .allMatch(id -> image(id).filter(now -> hasOthersInSync(now, victim)).isPresent());
  }

  private boolean hasOthersInSync(PartitionImage partition, ClusterNode victim) {
    return partition.leader().isPresent()
        && nodes.keySet().stream()
            .allMatch(
                node -> node.equals(victim.self()) || partition.inSyncReplicas().contains(node));
  }

  private void fault() {
    if (vulnerable && !isWhole()) {
      return;
    }
    vulnerable = false;
    if (hasSlowImages && images.nextInt(4) == 0) {
      outliveSession();
      return;
    }
    ClusterNode victim = random.nextInt(4) == 0 && log.leader() >= 0 ? node(log.leader()) : any();
    switch (random.nextInt(10)) {
      case 0, 1 -> kill(victim);
      case 2, 3 -> losePower(victim);
      case 4, 5 -> victim.pause(time.between(200, 6_000));
      case 6 -> cutOff(victim, List.copyOf(nodes.values()));
      case 7 -> cutOff(victim, List.of(any()));
      case 8 -> victim.stopGently(() -> kill(victim));
      default -> {
        if (ackMode) {
          nodes.values().forEach(this::losePower);
        } else if (log.leader() >= 0) {
          log.depose(log.leader());
        }
      }
    }
  }

  private void kill(ClusterNode victim) {
    if (victim.isUp()) {
      victim.kill();
      startLater(victim);
    }
  }

  /**
   * In flush.mode=async a replica that loses its power must not have been the last with what was
   * committed: the promise is for one such node at a time.
   */
  private void losePower(ClusterNode victim) {
    if (victim.isUp() && (ackMode || isSafeWithout(victim))) {
      vulnerable = !ackMode;
      victim.losePower();
      startLater(victim);
    }
  }

  private void startLater(ClusterNode victim) {
    startAfter(victim, time.between(50, 5_000));
  }

  private void startAfter(ClusterNode victim, long nanos) {
    down++;
    time.after(
        nanos,
        () -> {
          down--;
          victim.start();
        });
  }

  /** From all of these, or from one; both ways or one. */
  private void cutOff(ClusterNode victim, List<ClusterNode> others) {
    int ways = 1 + random.nextInt(3);
    for (ClusterNode other : others) {
      if (other != victim) {
        cut(victim, other, ways);
      }
    }
    time.after(time.between(500, 8_000), network::heal);
  }

  /** Cuts the controller off while its majority's word is on its way, for longer than a session. */
  private void isolate(ClusterNode victim) {
    for (ClusterNode other : nodes.values()) {
      if (other != victim) {
        cut(victim, other, 3);
      }
    }
    time.after(time.between(3_500, 7_000), network::heal);
  }

  private void cut(ClusterNode one, ClusterNode other, int ways) {
    if ((ways & 1) != 0) {
      network.cut(one.self().value(), other.self().value());
    }
    if ((ways & 2) != 0) {
      network.cut(other.self().value(), one.self().value());
    }
  }

  /**
   * The worst moment for a leader whose in-sync replicas changed: it does not hear of it, whom it
   * took in falls behind, and then it dies.
   */
  private void onInSyncChanged(PartitionImage now) {
    NodeId leader = now.leader().orElseThrow();
    List<NodeId> others =
        now.inSyncReplicas().stream().filter(node -> !node.equals(leader)).toList();
    if (healing || vulnerable || others.isEmpty() || random.nextInt(3) > 0) {
      return;
    }
    ClusterNode other = node(others.get(random.nextInt(others.size())));
    if (log.leader() >= 0 && log.leader() != leader.value()) {
      cut(node(log.leader()), node(leader), 1);
    }
    time.after(time.between(0, 400), () -> cut(node(leader), other, 3));
    time.after(
        time.between(500, 2_000),
        () -> {
          if (!healing && !vulnerable) {
            kill(node(leader));
          }
        });
    time.after(time.between(2_000, 4_000), network::heal);
  }

  /**
   * The worst moment for a replica that is to be taken in: the question is late, and meanwhile the
   * replica loses what it had when it was caught up, comes back, and is not given it again yet.
   */
  void onProposal(ClusterNode leader, IsrProposal proposal) {
    int controller = log.leader();
    if (ackMode || healing || vulnerable || controller < 0 || random.nextInt(4) > 0) {
      return;
    }
    List<NodeId> before =
        image(proposal.partition()).map(PartitionImage::inSyncReplicas).orElse(List.of());
    for (ClusterNode victim : nodes.values()) {
      boolean enters =
          proposal.inSync().containsKey(victim.self()) && !before.contains(victim.self());
      if (enters
          && victim != leader
          && victim.isUp()
          && controller != victim.self().value()
          && controller != leader.self().value()
          && isSafeWithout(victim)) {
        network.stall(leader.self().value(), controller, time.between(1_500, 2_600));
        cut(leader, victim, 1); // It is heard of, and gets nothing.
        time.after(time.between(2_600, 4_000), network::heal);
        vulnerable = true;
        victim.losePower();
        startAfter(victim, time.between(20, 200));
        return;
      }
    }
  }

  /**
   * The worst moment for a leader that is found gone and is not: it goes on, and its heartbeats are
   * answered again, long before it comes to the image that says who leads now.
   */
  private void outliveSession() {
    List<ClusterNode> leading =
        histories.keySet().stream()
            .flatMap(id -> image(id).flatMap(PartitionImage::leader).stream())
            .map(this::node)
            .filter(node -> node.isUp() && node.self().value() != log.leader())
            .toList();
    if (!leading.isEmpty()) {
      ClusterNode victim = leading.get(images.nextInt(leading.size()));
      digestsForMs[victim.self().value()] = SLOW_IMAGES_MS / 2 + images.nextInt(SLOW_IMAGES_MS);
      victim.pause((3_100 + images.nextInt(2_000)) * SimulatedTime.MS);
    }
  }

  // What must hold

  /** A block of producer ids was given away. */
  void onProducerIds(long first) {
    ReplicationHistory.check(producerIds.add(first), "ProducerIdsOnce: %s", first);
  }

  private void onCommit(MetadataState before, MetadataState now) {
    for (BrokerImage broker : now.cluster().brokers()) {
      boolean isFenced =
          broker.fenced()
              && before
                  .cluster()
                  .broker(broker.id())
                  .filter(known -> !known.fenced() && known.incarnation() == broker.incarnation())
                  .isPresent();
      ReplicationHistory.check(
          !isFenced || !node(broker.id()).wouldServe(broker.incarnation()),
          "NoLeaseOfAFencedBroker: %s",
          broker);
    }
    for (TopicImage topic : now.cluster().topics()) {
      topic
          .partitions()
          .forEach(partition -> check(before.cluster(), now.cluster(), topic, partition));
    }
  }

  private void check(
      ClusterImage before, ClusterImage image, TopicImage topic, PartitionImage now) {
    PartitionId id = topic.partitionId(now.partition());
    history(id);
    PartitionImage earlier =
        before.topic(topic.id()).map(found -> found.partitions().get(now.partition())).orElse(null);
    if (earlier == null || earlier == now) {
      return;
    }
    for (NodeId replica : now.replicas()) {
      if (now.mayLead(replica) && !node(replica).isPowerLost()) {
        history(id).requireNewest("node " + replica + " of " + now, node(replica).disk(id).log());
      }
    }
    if (now.leaderEpoch() > earlier.leaderEpoch()) {
      earlier.leader().ifPresent(leader -> onEpochEnded(id, earlier, before, image, leader));
    }
    if (now.leader().isEmpty()) {
      return;
    }
    NodeId leader = now.leader().get();
    if (now.leaderEpoch() > earlier.leaderEpoch()) {
      elections++;
      NodeId first = leaders.computeIfAbsent(new LeaderEpoch(id, now.leaderEpoch()), e -> leader);
      ReplicationHistory.check(first.equals(leader), "SingleLeaderPerEpoch: %s", now);
    } else if (!now.inSyncReplicas().equals(earlier.inSyncReplicas())) {
      onInSyncChanged(now);
    }
  }

  /** Whether its leader was thought to be gone, or came back in another life. */
  private void onEpochEnded(
      PartitionId id,
      PartitionImage earlier,
      ClusterImage before,
      ClusterImage now,
      NodeId leader) {
    long life = before.broker(leader).orElseThrow().incarnation();
    boolean goesOn =
        now.broker(leader).filter(b -> !b.fenced() && b.incarnation() == life).isPresent();
    if (!goesOn && !node(leader).hasConsented()) {
      ended.add(new LeaderEpoch(id, earlier.leaderEpoch()));
    }
  }

  /** Nobody was elected because the leader was thought to be gone. */
  void requireLead(NodeId node, PartitionId id, int epoch, String what) {
    ReplicationHistory.check(
        !ended.contains(new LeaderEpoch(id, epoch)),
        "NoAckOfAZombie: node %s %s in epoch %s of %s, now there is %s",
        node,
        what,
        epoch,
        id,
        image(id));
  }

  /**
   * What is acknowledged to acks=all is on as many disks as min.insync.replicas says, or was until
   * one lost its power, of which the leader has not heard: in flush.mode=async that is what the
   * others are for.
   *
   * @param seen the image that the leader follows
   */
  void requireOnEnough(ClusterImage seen, PartitionId id, long baseOffset, int crc) {
    long holders =
        nodes.values().stream()
            .filter(
                node ->
                    node.disk(id).holds(baseOffset, crc, ackMode)
                        || (!ackMode && node.hasLostPowerFor(seen)))
            .count();
    ReplicationHistory.check(
        holders >= MIN_IN_SYNC,
        "AckedIsOnEnough: offset %s of %s was acknowledged, %s replicas have it",
        baseOffset,
        id,
        holders);
  }

  /** The life of a broker that counts now. */
  long incarnationOf(NodeId node) {
    return log.committed().cluster().broker(node).map(BrokerImage::incarnation).orElse(0L);
  }

  private void heal() {
    healing = true;
    network.heal();
    network.quality(0, 0, 5);
    nodes.values().forEach(ClusterNode::goOn);
  }

  private void finish() {
    String state = log.committed().cluster().topics() + ", " + nodes.values();
    ReplicationHistory.check(isWhole(), "Heals: %s", state);
    histories.forEach(
        (id, history) ->
            history.requireAgreement(
                nodes.values().stream().map(node -> node.disk(id).log()).toList(), state));
    for (SimulatedProducer producer : producers) {
      ReplicationHistory.check(producer.acknowledged() > 0, "Progress: %s", state);
    }
  }
}
