package io.millrace.metadata;

import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.model.config.SettingValues;
import io.millrace.model.config.TopicSettings;
import io.millrace.model.control.BrokerRegistration;
import io.millrace.model.control.HeartbeatAnswer;
import io.millrace.model.control.HeartbeatReport;
import io.millrace.model.control.IsrChange;
import io.millrace.model.control.ReplicaPosition;
import io.millrace.model.image.BrokerEndpoint;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.BrokerListener;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.ProcessLife;
import io.millrace.model.image.TopicImage;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/** One life of one node: its controller, and its end of replication. */
final class SimulatedBroker {
  private static final int SESSION_MS = 3_000;
  private static final int LAG_MS = 2_000;

  final int id;
  final ControllerDriver driver;
  final BrokerSupervisor supervisor;
  private final SimulatedCluster cluster;
  private final boolean unclean;
  private final ProcessLife process;
  private final Map<PartitionId, Leading> leading = new HashMap<>();
  private ClusterImage image = ClusterImage.empty();
  private long incarnation = -1;
  private boolean registeredOnce;
  private long leaseUntilMs;
  private long leaseVersion = Long.MAX_VALUE;
  private Map<PartitionId, ReplicaPosition> told = Map.of();
  boolean wantsToStop;
  boolean mayStop;
  private boolean consented;
  private boolean stopped;

  /** What a leader knows of its partition in one epoch. */
  private static final class Leading {
    final int epoch;
    final long sinceMs;
    final int startOffset;
    final Map<Integer, Integer> ends = new HashMap<>();
    final Map<Integer, Long> lives = new HashMap<>();
    final Map<Integer, Long> caughtUpAtMs = new HashMap<>();
    Set<NodeId> pending = Set.of();
    int pendingEpoch;

    Leading(int epoch, long sinceMs, int startOffset) {
      this.epoch = epoch;
      this.sinceMs = sinceMs;
      this.startOffset = startOffset;
    }
  }

  SimulatedBroker(
      SimulatedCluster cluster,
      int id,
      boolean unclean,
      ProcessLife process,
      SettingValues settings) {
    this.cluster = cluster;
    this.id = id;
    this.unclean = unclean;
    this.process = process;
    this.driver =
        new ControllerDriver(
            new NodeId(id),
            cluster.log.open(id),
            new Controller(settings, new SplittableRandom(cluster.world.random.nextLong())),
            this::onState,
            failure -> {
              throw new AssertionError(failure);
            });
    this.supervisor =
        new BrokerSupervisor(driver, new BrokerSessions(SESSION_MS, 1_000), SESSION_MS);
    driver.watch(
        new ControllerDriver.Leadership() {
          @Override
          public void onLeading() {
            supervisor.onLeading(image, cluster.world.nowNanos());
            driver.execute(controller -> controller.found("cluster"));
          }

          @Override
          public void onDeposed() {
            supervisor.onDeposed();
          }
        });
    driver.start();
  }

  private void onState(MetadataState state) {
    image = state.cluster();
    if (supervisor != null) {
      supervisor.onImage(image, cluster.world.nowNanos());
    }
  }

  void stop() {
    stopped = true;
  }

  boolean isStopped() {
    return stopped;
  }

  private NodeId self() {
    return new NodeId(id);
  }

  void controllerTick() {
    driver.beginIfOwed();
    List<BrokerImage> probes = supervisor.tick(cluster.world.nowNanos());
    for (BrokerImage broker : probes) {
      int node = broker.id().value();
      boolean refused =
          !cluster.isUp(node) && !cluster.world.isCut(node) && !cluster.world.isCut(id);
      cluster.world.after(
          5,
          () ->
              cluster.world.on(
                  id, () -> supervisor.onProbed(broker, refused, cluster.world.nowNanos())));
    }
    if (supervisor.isLeading() && cluster.world.chance(5)) {
      driver.execute(controller -> controller.brokers().upkeep(true));
    }
  }

  /** What its life as a broker does at each interval. */
  void beat() {
    long sentAtMs = cluster.world.nowMs();
    if (incarnation < 0) {
      BrokerRegistration registration =
          new BrokerRegistration(
              self(),
              "disk" + id,
              Optional.empty(),
              List.of(new BrokerEndpoint(BrokerListener.BUS, "host", 1)),
              MetadataState.SUPPORTED_VERSION,
              unclean && !registeredOnce,
              process);
      cluster.ask(
          this,
          other -> {
            cluster.registering(id, registration.unclean());
            return other.driver.execute(c -> c.brokers().register(registration));
          },
          broker -> {
            incarnation = Math.max(incarnation, broker.incarnation());
            registeredOnce = true;
            cluster.marked(id);
          },
          error -> {});
      return;
    }
    long life = incarnation;
    boolean ready = image.broker(self()).filter(broker -> broker.incarnation() == life).isPresent();
    HeartbeatReport report = new HeartbeatReport(self(), life, ready, wantsToStop, told);
    consented |= wantsToStop;
    cluster.ask(
        this,
        other -> other.supervisor.onHeartbeat(report, cluster.world.nowNanos()),
        answer -> onAnswer(answer, sentAtMs),
        error -> onRefused(error, life));
  }

  private void onAnswer(HeartbeatAnswer answer, long sentAtMs) {
    if (answer.isFenced()) {
      leaseVersion = Long.MAX_VALUE;
    } else {
      leaseUntilMs = sentAtMs + answer.sessionTimeoutMs();
      leaseVersion = answer.leaseVersion();
    }
    mayStop |= answer.mayStop();
    Map<PartitionId, ReplicaPosition> positions = new HashMap<>();
    answer
        .positionsWanted()
        .forEach(
            partition -> positions.put(partition, cluster.replicas.log(partition, id).position()));
    told = positions;
  }

  private void onRefused(Throwable error, long life) {
    boolean isStale =
        error instanceof StreamException known && known.code() == ErrorCode.STALE_BROKER_EPOCH;
    if (isStale && life == incarnation) {
      incarnation = -1;
    }
  }

  /** Whether it would serve, and has not asked for others to lead. */
  boolean wouldServe(long life) {
    return incarnation == life && hasLease() && !consented;
  }

  private boolean hasLease() {
    return cluster.world.nowMs() < leaseUntilMs && image.version() >= leaseVersion;
  }

  /** One round of replication: as leader it appends and acknowledges, as follower it fetches. */
  void replicate() {
    boolean isInLife =
        incarnation >= 0
            && image.broker(self()).filter(b -> b.incarnation() == incarnation).isPresent();
    if (!isInLife) {
      return;
    }
    for (TopicImage topic : image.topics()) {
      for (PartitionImage partition : topic.partitions()) {
        PartitionId at = topic.partitionId(partition.partition());
        if (partition.isLedBy(self())) {
          lead(at, topic, partition);
        } else if (partition.leader().isPresent() && partition.replicas().contains(self())) {
          follow(at, partition);
        }
      }
    }
  }

  private Leading leading(PartitionId at, PartitionImage partition) {
    Leading known = leading.get(at);
    if (known == null || known.epoch != partition.leaderEpoch()) {
      known =
          new Leading(
              partition.leaderEpoch(),
              cluster.world.nowMs(),
              cluster.replicas.log(at, id).entries.size());
      leading.put(at, known);
    }
    return known;
  }

  private void lead(PartitionId at, TopicImage topic, PartitionImage partition) {
    Leading role = leading(at, partition);
    if (partition.partitionEpoch() > role.pendingEpoch) {
      role.pending = Set.of();
    }
    SimulatedReplicas.Log mine = cluster.replicas.log(at, id);
    if (cluster.world.chance(3)) {
      cluster.replicas.append(at, id, partition.leaderEpoch());
    }
    Set<NodeId> maximal = new HashSet<>(partition.inSyncReplicas());
    maximal.addAll(role.pending);
    int highWatermark = mine.entries.size();
    for (NodeId member : maximal) {
      if (member.value() != id) {
        highWatermark = Math.min(highWatermark, role.ends.getOrDefault(member.value(), 0));
      }
    }
    int minInSync = TopicSettings.minInSyncReplicas(topic.settings(), partition.settledReplicas());
    if (partition.inSyncReplicas().size() >= minInSync && hasLease()) {
      cluster.replicas.acknowledge(at, id, highWatermark);
    }
    proposeInSync(at, partition, role, highWatermark);
  }

  private void proposeInSync(
      PartitionId at, PartitionImage partition, Leading role, int highWatermark) {
    if (!role.pending.isEmpty()) {
      return;
    }
    Map<NodeId, Long> wanted = new LinkedHashMap<>();
    for (NodeId replica : partition.replicas()) {
      int node = replica.value();
      boolean isIn = partition.inSyncReplicas().contains(replica);
      long lagMs = cluster.world.nowMs() - role.caughtUpAtMs.getOrDefault(node, role.sinceMs);
      boolean caughtUp =
          role.ends.getOrDefault(node, -1) >= Math.max(highWatermark, role.startOffset)
              && lagMs < LAG_MS;
      if (node == id || (isIn && (lagMs < LAG_MS || cluster.world.chance(20))) || caughtUp) {
        wanted.put(replica, node == id ? incarnation : role.lives.getOrDefault(node, -1L));
      }
    }
    if (wanted.keySet().equals(new HashSet<>(partition.inSyncReplicas()))) {
      return;
    }
    role.pending = Set.copyOf(wanted.keySet());
    role.pendingEpoch = partition.partitionEpoch();
    IsrChange change =
        new IsrChange(
            at,
            partition.leaderEpoch(),
            partition.partitionEpoch(),
            wanted.entrySet().stream()
                .map(entry -> new IsrChange.Member(entry.getKey(), entry.getValue()))
                .toList(),
            List.of());
    propose(change, role);
  }

  /** Asked until there is an answer or a newer image: it stays pending all the while. */
  private void propose(IsrChange change, Leading role) {
    if (stopped || role.pending.isEmpty() || role.pendingEpoch != change.partitionEpoch()) {
      return;
    }
    cluster.ask(
        this,
        other ->
            other.driver.execute(
                c -> c.brokers().alterInSync(self(), incarnation, List.of(change))),
        results -> {
          boolean refused = results.get(0).error() == ErrorCode.INELIGIBLE_REPLICA;
          if (refused && role.pendingEpoch == change.partitionEpoch()) {
            role.pending = Set.of();
          }
        },
        error -> {});
    cluster.world.after(700, () -> cluster.world.on(id, () -> propose(change, role)));
  }

  private void follow(PartitionId at, PartitionImage partition) {
    int leader = partition.leader().orElseThrow().value();
    SimulatedBroker other = cluster.broker(leader);
    if (other == null || cluster.world.isPaused(leader) || !cluster.world.reaches(id, leader)) {
      return;
    }
    other.onFetch(at, partition.leaderEpoch(), id, incarnation);
  }

  private void onFetch(PartitionId at, int epoch, int follower, long life) {
    PartitionImage mine =
        image.topic(at.topicId()).map(topic -> topic.partitions().get(at.partition())).orElse(null);
    if (mine == null || !mine.isLedBy(self()) || mine.leaderEpoch() != epoch || incarnation < 0) {
      return;
    }
    if (image.broker(self()).filter(b -> b.incarnation() == incarnation).isEmpty()) {
      return;
    }
    Leading role = leading(at, mine);
    int end = cluster.replicas.fetch(at, id, follower);
    role.ends.put(follower, end);
    role.lives.put(follower, life);
    if (end == cluster.replicas.log(at, id).entries.size()) {
      role.caughtUpAtMs.put(follower, cluster.world.nowMs());
    }
  }
}
