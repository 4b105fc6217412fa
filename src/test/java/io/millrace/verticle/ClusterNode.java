package io.millrace.verticle;

import io.millrace.bus.ControllerReply;
import io.millrace.metadata.BrokerSessions;
import io.millrace.metadata.BrokerSupervisor;
import io.millrace.metadata.Controller;
import io.millrace.metadata.ControllerDriver;
import io.millrace.metadata.MetadataState;
import io.millrace.model.Acks;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.model.TimeSource;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.control.BrokerRegistration;
import io.millrace.model.control.ControllerAnswer;
import io.millrace.model.control.ControllerAsk;
import io.millrace.model.control.ReplicaPosition;
import io.millrace.model.image.BrokerEndpoint;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.BrokerListener;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.ProcessLife;
import io.millrace.model.image.TopicImage;
import io.millrace.partition.Produced;
import io.millrace.partition.SimulatedPartition;
import io.millrace.partition.SimulatedTime;
import io.millrace.replication.IsrProposal;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A node of a {@link ClusterWorld}: the real controller with its sessions, the real life of a
 * broker with its lease, and real partitions, wired as {@link ClusterMetadataVerticle} and the
 * shards do it. It can be killed, lose its power, and stand still.
 */
final class ClusterNode {
  private static final int SESSION_MS = 3_000;
  private static final int HEARTBEAT_MS = 500;

  private final ClusterWorld world;
  private final NodeId self;
  private final Map<PartitionId, SimulatedPartition.Disk> disks = new HashMap<>();
  private final Map<PartitionId, SimulatedPartition> partitions =
      new TreeMap<>((a, b) -> a.partition() - b.partition());
  private @Nullable Life current;
  private int lives;
  private long pausedUntilNanos;
  private boolean powerLost;
  private long lostPowerIn = -1;

  ClusterNode(ClusterWorld world, NodeId self) {
    this.world = world;
    this.self = self;
  }

  NodeId self() {
    return self;
  }

  boolean isUp() {
    return current != null;
  }

  boolean isPaused() {
    return pausedUntilNanos - world.time().monotonicNanos() > 0;
  }

  /** Whether the controller has yet to hear that it lost what was not synced. */
  boolean isPowerLost() {
    return powerLost;
  }

  /** Whether it lost what was not synced in a life that it still has for who follows this image. */
  boolean hasLostPowerFor(ClusterImage seen) {
    return seen.broker(self).filter(broker -> broker.incarnation() <= lostPowerIn).isPresent();
  }

  SimulatedPartition.Disk disk(PartitionId id) {
    return disks.computeIfAbsent(id, partition -> new SimulatedPartition.Disk());
  }

  void start() {
    pausedUntilNanos = 0;
    Life life = new Life(++lives);
    current = life;
    life.begin();
  }

  /** Only the process dies: the page cache keeps what was written. */
  void kill() {
    current = null;
    world.log().close(self.value());
    partitions.values().forEach(SimulatedPartition::close);
    partitions.clear();
  }

  void losePower() {
    kill();
    powerLost = true;
    lostPowerIn = world.incarnationOf(self);
    disks.values().forEach(SimulatedPartition.Disk::losePower);
  }

  void pause(long nanos) {
    pausedUntilNanos = world.time().monotonicNanos() + nanos;
  }

  void goOn() {
    pausedUntilNanos = 0;
  }

  /** Has others lead, and then ends. */
  void stopGently(Runnable whenDone) {
    Life life = current;
    if (life != null) {
      life.consented = true;
      life.broker.stop().onSuccess(done -> whenDone.run());
    }
  }

  /** Whether it asked others to lead. */
  boolean hasConsented() {
    Life life = current;
    return life != null && life.consented;
  }

  /** Whether it would serve as the leader in this life, and has not asked others to lead. */
  boolean wouldServe(long incarnation) {
    Life life = current;
    return life != null
        && life.broker.incarnation() == incarnation
        && life.lease.isValid()
        && !life.consented;
  }

  /** Runs this once the node does anything, unless it is in another life by then. */
  private void on(@Nullable Life life, Runnable what) {
    if (life == null || life != current) {
      return;
    }
    long wait = pausedUntilNanos - world.time().monotonicNanos();
    if (wait > 0) {
      world.time().after(wait, () -> on(life, what));
      return;
    }
    what.run();
    partitions.values().forEach(SimulatedPartition::check);
  }

  void onMessage(Runnable what) {
    on(current, what);
  }

  void produce(PartitionId id, byte[] batch, Acks acks, Consumer<ErrorCode> onAnswer) {
    SimulatedPartition partition = partitions.get(id);
    if (partition == null) {
      onAnswer.accept(ErrorCode.NOT_LEADER_OR_FOLLOWER);
      return;
    }
    Produced.Listener listener = produced -> onAnswer.accept(produced.error());
    partition.produce(ByteBuffer.wrap(batch.clone()), acks, listener);
  }

  void read(PartitionId id, long offset) {
    SimulatedPartition partition = partitions.get(id);
    if (partition != null) {
      partition.read(offset);
    }
  }

  /** Has the controller do something, if it is here. */
  void control(Consumer<ControllerDriver> what) {
    Life life = current;
    if (life != null && !isPaused() && life.driver.isLeading()) {
      what.accept(life.driver);
    }
  }

  private void answer(ControllerAsk ask, Consumer<ControllerReply> onReply) {
    Life life = current;
    if (life != null) {
      life.answer(ask)
          .onSuccess(
              reply -> {
                if (life == current) {
                  onReply.accept(reply);
                }
              });
    }
  }

  @Override
  public String toString() {
    return "node " + self + (isUp() ? "" : " down") + (powerLost ? " lost power" : "") + partitions;
  }

  /** From a start to an end. */
  private final class Life {
    private final int number;
    private final BrokerLease lease = new BrokerLease(world.time());
    private final ControllerDriver driver;
    private final BrokerSupervisor supervisor;
    private final ControllerService service;
    private final ControllerLink link;
    private final BrokerLife broker;
    private final IsrProposals proposals;
    private ClusterImage committed = ClusterImage.empty();
    private ClusterImage followed = ClusterImage.empty();
    private boolean following;
    private boolean consented;
    private long upkeepDueNanos;

    Life(int number) {
      this.number = number;
      TimeSource time = world.time();
      driver =
          new ControllerDriver(
              self,
              world.log().open(self.value()),
              new Controller(world.settings(), world.random()),
              this::onCommitted,
              failure -> {
                throw new AssertionError(failure);
              });
      supervisor =
          new BrokerSupervisor(
              driver, new BrokerSessions(SESSION_MS, 2 * HEARTBEAT_MS), SESSION_MS);
      driver.watch(new Watching());
      service = new ControllerService(driver, supervisor, () -> committed, time);
      link =
          new ControllerLink(
              self,
              service,
              this::askPeer,
              () -> committed,
              time,
              (delayMs, task) -> later(delayMs, delayMs, task));
      broker =
          new BrokerLife(
              ClusterWorld.CLUSTER_ID,
              registration(),
              link::ask,
              lease,
              this::positions,
              time,
              SESSION_MS);
      proposals = new IsrProposals(self, link::ask, broker::incarnation, task -> later(0, 1, task));
    }

    private BrokerRegistration registration() {
      return new BrokerRegistration(
          self,
          "disk" + self,
          Optional.empty(),
          List.of(new BrokerEndpoint(BrokerListener.BUS, "host", 1)),
          MetadataState.SUPPORTED_VERSION,
          powerLost && !world.ackMode(),
          new ProcessLife(number, "life " + number));
    }

    void begin() {
      broker.onRegistered(
          () -> {
            powerLost = false;
            publish();
          });
      driver.start();
      every(HEARTBEAT_MS, broker::beat);
      every(100, this::tick);
      every(100, () -> partitions.values().forEach(one -> one.propose(world.lagNanos())));
      every(30, () -> partitions.values().forEach(SimulatedPartition::fetch));
      every(20, () -> partitions.values().forEach(SimulatedPartition::flush));
      every(900, this::askForProducerIds);
      every(1_000, () -> partitions.values().forEach(SimulatedPartition::checkpoint));
    }

    private void later(long fromMs, long toMs, Runnable what) {
      world.time().after(world.time().between(fromMs, toMs), () -> on(this, what));
    }

    private void every(long ms, Runnable what) {
      later(ms / 2, ms, () -> again(ms, what));
    }

    private void again(long ms, Runnable what) {
      what.run();
      later(ms, ms, () -> again(ms, what));
    }

    private void onCommitted(MetadataState state) {
      committed = state.cluster();
      supervisor.onImage(committed, world.time().monotonicNanos());
      publish();
    }

    /** Shows the partitions what is committed, unless it is older than this life. */
    private void publish() {
      if (!following && broker.isIn(committed) && committed.version() > followed.version()) {
        following = true;
        later(
            0,
            10,
            () -> {
              following = false;
              follow(committed);
              publish();
            });
      }
    }

    private void follow(ClusterImage image) {
      followed = image;
      for (TopicImage topic : image.topics()) {
        for (PartitionImage partition : topic.partitions()) {
          PartitionId id = topic.partitionId(partition.partition());
          partitions.computeIfAbsent(id, none -> open(id, topic.name())).follow(partition);
        }
      }
      broker.onFollowed(image);
    }

    private SimulatedPartition open(PartitionId id, TopicName topic) {
      return new SimulatedPartition(
          id,
          new TopicPartition(topic, id.partition()),
          new Replica(this, id),
          disk(id),
          world.topicSettings(),
          world.history(id));
    }

    private void tick() {
      long now = world.time().monotonicNanos();
      driver.beginIfOwed();
      if (driver.isLeading() && committed.clusterId().isEmpty()) {
        driver.execute(controller -> controller.found(ClusterWorld.CLUSTER_ID));
      }
      supervisor.tick(now).forEach(this::probe);
      if (driver.isLeading() && now - upkeepDueNanos >= 0) {
        upkeepDueNanos = now + 1_000 * SimulatedTime.MS;
        driver.execute(controller -> controller.brokers().upkeep(true));
      }
    }

    private void askForProducerIds() {
      link.ask(new ControllerAsk.AllocateProducerIds(self), 2_000)
          .onSuccess(
              answer ->
                  world.onProducerIds(
                      ((ControllerAnswer.ProducerIdsAllocated) answer).firstProducerId()));
    }

    private void probe(BrokerImage probed) {
      boolean refused = world.refuses(self, probed.id());
      later(1, 20, () -> supervisor.onProbed(probed, refused, world.time().monotonicNanos()));
    }

    private Future<Map<PartitionId, ReplicaPosition>> positions(List<PartitionId> wanted) {
      Map<PartitionId, ReplicaPosition> found = new HashMap<>();
      wanted.forEach(id -> found.put(id, disk(id).position()));
      return Future.succeededFuture(found);
    }

    private Future<ControllerReply> askPeer(NodeId to, ControllerAsk ask, long deadlineNanos) {
      Promise<ControllerReply> promise = Promise.promise();
      ClusterNode other = world.node(to);
      Runnable arrival =
          () ->
              other.answer(
                  ask,
                  reply -> world.send(to, self, () -> on(this, () -> promise.tryComplete(reply))));
      world.send(self, to, arrival);
      if (ask instanceof ControllerAsk.RegisterBroker) {
        world.sendLateCopy(self, to, arrival);
      }
      world
          .time()
          .after(
              deadlineNanos - world.time().monotonicNanos(),
              () ->
                  on(
                      this,
                      () -> promise.tryFail(new StreamException(ErrorCode.REQUEST_TIMED_OUT))));
      return promise.future();
    }

    Future<ControllerReply> answer(ControllerAsk ask) {
      return service
          .answer(ask)
          .<ControllerReply>map(given -> new ControllerReply.Answered(1, given))
          .otherwise(
              error ->
                  new ControllerReply.Refused(
                      1,
                      error instanceof StreamException known
                          ? known.code()
                          : ErrorCode.UNKNOWN_SERVER_ERROR,
                      String.valueOf(error.getMessage()),
                      committed.controller()));
    }

    private final class Watching implements ControllerDriver.Leadership {
      @Override
      public void onLeading() {
        supervisor.onLeading(committed, world.time().monotonicNanos());
      }

      @Override
      public void onDeposed() {
        supervisor.onDeposed();
      }
    }
  }

  /** The node as one of its replicas sees it. */
  private final class Replica implements SimulatedPartition.Node {
    private final Life life;
    private final PartitionId id;

    Replica(Life life, PartitionId id) {
      this.life = life;
      this.id = id;
    }

    @Override
    public NodeId self() {
      return self;
    }

    @Override
    public TimeSource time() {
      return world.time();
    }

    @Override
    public boolean hasLease() {
      return life.lease.isValid();
    }

    @Override
    public OptionalLong activeEpoch(NodeId other) {
      return life.followed
          .broker(other)
          .filter(broker -> !broker.fenced())
          .map(broker -> OptionalLong.of(broker.incarnation()))
          .orElseGet(OptionalLong::empty);
    }

    @Override
    public long brokerEpoch() {
      return life.broker.incarnation();
    }

    @Override
    public void later(long fromMs, long toMs, Runnable what) {
      life.later(fromMs, toMs, what);
    }

    @Override
    public void send(NodeId to, Consumer<SimulatedPartition> onArrival) {
      ClusterNode other = world.node(to);
      world.send(
          self,
          to,
          () -> {
            SimulatedPartition there = other.partitions.get(id);
            if (there != null) {
              onArrival.accept(there);
            }
          });
    }

    @Override
    public void propose(IsrProposal proposal, Consumer<IsrProposal> whenRefused) {
      world.onProposal(ClusterNode.this, proposal);
      life.proposals.propose(
          proposal, refused -> life.later(0, 1, () -> whenRefused.accept(refused)));
    }

    @Override
    public void onAcknowledged(long baseOffset, int crc) {
      world.requireOnEnough(life.followed, id, baseOffset, crc);
    }

    @Override
    public void requireLead(int epoch, String what) {
      if (!life.consented) {
        world.requireLead(self, id, epoch, what + " as of " + life.broker.incarnation());
      }
    }

    @Override
    public String toString() {
      return "life " + life.number + " of " + self;
    }
  }
}
