package io.millrace.partition;

import io.millrace.model.Acks;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.TimeSource;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.config.SettingValues;
import io.millrace.replication.IsrProposal;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A node with the one partition. It can be killed, lose its power, and stand still. */
final class SimulatedReplica {
  static final int CONTROLLER = -1;
  static final int CLIENT = -2;

  private static final PartitionId ID = new PartitionId(new TopicId(1, 2), 0);
  private static final TopicPartition NAME = new TopicPartition(new TopicName("flights"), 0);
  private static final long LAG_NANOS = 4_000 * SimulatedTime.MS;

  private final ReplicationWorld world;
  private final NodeId self;
  private final SettingValues settings;
  private final SimulatedPartition.Disk disk = new SimulatedPartition.Disk();
  private boolean up;
  private int life;
  private long pausedUntil;
  private boolean powerLost;
  private long brokerEpoch = -1;
  private long registeredVersion;
  private long seenVersion;
  private long leaseUntil;
  private SimulatedController.@Nullable Image image;
  private @Nullable SimulatedPartition partition;

  SimulatedReplica(ReplicationWorld world, NodeId self, SettingValues settings) {
    this.world = world;
    this.self = self;
    this.settings = settings;
  }

  NodeId self() {
    return self;
  }

  InMemoryLog log() {
    return disk.log();
  }

  boolean isUp() {
    return up;
  }

  // Life and death

  void start() {
    up = true;
    life++;
    brokerEpoch = -1;
    leaseUntil = 0;
    image = null;
    seenVersion = 0;
    partition = null;
    disk.log().reopen();
    every(100, this::register);
    every(500, this::heartbeat);
    every(100, () -> with(p -> p.propose(LAG_NANOS)));
    every(20, () -> with(SimulatedPartition::fetch));
    every(10, () -> with(SimulatedPartition::flush));
    every(1_000, () -> with(SimulatedPartition::checkpoint));
  }

  /** Whether the controller has yet to hear that it lost what was not synced. */
  boolean isPowerLost() {
    return powerLost;
  }

  private void register() {
    if (brokerEpoch >= 0) {
      return;
    }
    boolean unclean = powerLost && !world.ackMode();
    int asked = life;
    world.toController(
        self,
        () -> {
          SimulatedController.Registration done = world.controller().register(self, unclean);
          world
              .network()
              .send(CONTROLLER, self.value(), () -> onMessage(asked, () -> registered(done)));
        });
  }

  private void registered(SimulatedController.Registration done) {
    if (brokerEpoch >= 0) {
      return;
    }
    powerLost = false;
    brokerEpoch = done.brokerEpoch();
    registeredVersion = done.version();
  }

  /** Only the process dies: the page cache keeps what was written. */
  void kill() {
    up = false;
    life++;
    if (partition != null) {
      partition.close();
    }
    partition = null;
  }

  void losePower() {
    kill();
    powerLost = true;
    disk.losePower();
  }

  void pause(long nanos) {
    pausedUntil = world.time().monotonicNanos() + nanos;
  }

  // Events: all that happens to a node comes through here

  private void every(long ms, Runnable what) {
    int mine = life;
    world.time().after(world.time().between(ms / 2, ms), () -> tick(mine, ms, what));
  }

  private void tick(int mine, long ms, Runnable what) {
    if (mine == life) {
      onMessage(mine, what);
      world.time().after(ms * SimulatedTime.MS, () -> tick(mine, ms, what));
    }
  }

  /** Something for the life that it was meant for; a paused node finds it when it wakes up. */
  private void onMessage(int forLife, Runnable what) {
    if (!up || forLife != life) {
      return;
    }
    long wait = pausedUntil - world.time().monotonicNanos();
    if (wait > 0) {
      world.time().after(wait, () -> onMessage(forLife, what));
      return;
    }
    what.run();
    with(SimulatedPartition::check);
  }

  void onMessage(Runnable what) {
    onMessage(life, what);
  }

  private void with(Consumer<SimulatedPartition> what) {
    if (partition != null) {
      what.accept(partition);
    }
  }

  // The controller's part

  private void heartbeat() {
    if (brokerEpoch < 0) {
      return;
    }
    int mine = life;
    long sent = world.time().monotonicNanos();
    long epoch = brokerEpoch;
    long seen = seenVersion;
    world.toController(
        self,
        () -> {
          Optional<SimulatedController.Image> newest =
              world.controller().heartbeat(self, epoch, seen);
          world
              .network()
              .send(
                  CONTROLLER,
                  self.value(),
                  () -> onMessage(mine, () -> heard(sent, epoch, newest)));
        });
  }

  private void heard(long sentNanos, long asEpoch, Optional<SimulatedController.Image> newest) {
    if (asEpoch != brokerEpoch) {
      return;
    }
    if (newest.isEmpty()) {
      brokerEpoch = -1; // A late copy of its registration has made another one of it.
      return;
    }
    leaseUntil = Math.max(leaseUntil, sentNanos + SimulatedController.SESSION_NANOS);
    onImage(newest.get());
  }

  /** Roles of an earlier life count no more: its registration has ended them. */
  void onImage(SimulatedController.Image newest) {
    if (brokerEpoch < 0
        || newest.version() < registeredVersion
        || newest.version() <= seenVersion) {
      return;
    }
    seenVersion = newest.version();
    image = newest;
    if (partition == null) {
      partition = new SimulatedPartition(ID, NAME, new Life(life), disk, settings, world.history());
    }
    partition.follow(newest.partition());
  }

  /** The node as its replica sees it. */
  private final class Life implements SimulatedPartition.Node {
    private final int mine;

    Life(int mine) {
      this.mine = mine;
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
      return world.time().monotonicNanos() < leaseUntil;
    }

    @Override
    public OptionalLong activeEpoch(NodeId other) {
      return image == null ? OptionalLong.empty() : image.activeEpoch(other);
    }

    @Override
    public long brokerEpoch() {
      return brokerEpoch;
    }

    @Override
    public void later(long fromMs, long toMs, Runnable what) {
      world.time().after(world.time().between(fromMs, toMs), () -> onMessage(mine, what));
    }

    @Override
    public void send(NodeId to, Consumer<SimulatedPartition> onArrival) {
      SimulatedReplica other = world.replica(to);
      world
          .network()
          .send(self.value(), to.value(), () -> other.onMessage(() -> other.with(onArrival)));
    }

    @Override
    public void propose(IsrProposal proposal, Consumer<IsrProposal> whenRefused) {
      ask(proposal, () -> onMessage(mine, () -> whenRefused.accept(proposal)));
    }

    @Override
    public void onAcknowledged(long baseOffset, int crc) {
      world.requireOnEnough(baseOffset, crc);
    }

    /** The lease says that nobody else was elected: no session of this node has run out. */
    @Override
    public void requireLead(int epoch, String what) {
      ReplicationHistory.check(
          world.controller().leads(self),
          "NoAckOfAZombie: node %s %s, but %s",
          self,
          what,
          world.controller());
    }
  }

  private void ask(IsrProposal proposal, Runnable whenRefused) {
    world.toController(
        self,
        () -> {
          SimulatedController.Verdict verdict = world.controller().alter(self, proposal);
          if (verdict == SimulatedController.Verdict.DONE) {
            world.onInSyncChanged(this, proposal);
          } else if (verdict == SimulatedController.Verdict.REFUSED) {
            world.network().send(CONTROLLER, self.value(), whenRefused);
          }
        });
  }

  void produce(ByteBuffer batch, Acks acks, Produced.Listener listener) {
    if (partition == null) {
      listener.onProduced(Produced.failed(ErrorCode.NOT_LEADER_OR_FOLLOWER, "starting"));
    } else {
      partition.produce(batch, acks, listener);
    }
  }

  void read(long offset) {
    with(p -> p.read(offset));
  }

  @Override
  public String toString() {
    return "node " + self + (up ? "" : " down") + " " + (partition == null ? "" : partition);
  }
}
