package io.millrace.partition;

import io.millrace.log.LogTask;
import io.millrace.log.ReadOutcome;
import io.millrace.model.Acks;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.config.SettingValues;
import io.millrace.record.BatchHeader;
import io.millrace.record.RecordSlice;
import io.millrace.replication.IsrProposal;
import io.millrace.replication.ReplicaAnswer;
import io.millrace.replication.ReplicaFetch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A node with the one partition: the real {@link Partition} on a log in memory, driven as a broker
 * drives it. It can be killed, lose its power, and stand still.
 */
final class SimulatedReplica {
  static final int CONTROLLER = -1;
  static final int CLIENT = -2;

  private static final PartitionId ID = new PartitionId(new TopicId(1, 2), 0);
  private static final TopicPartition NAME = new TopicPartition(new TopicName("flights"), 0);
  private static final int FETCH_BYTES = 2_000;
  private static final long LAG_NANOS = 4_000 * SimulatedTime.MS;

  private final ReplicationWorld world;
  private final NodeId self;
  private final SettingValues settings;
  private final InMemoryLog log = new InMemoryLog();
  private boolean up;
  private int life;
  private long pausedUntil;
  private boolean powerLost;
  private long savedHighWatermark;
  private long brokerEpoch = -1;
  private long registeredVersion;
  private long seenVersion;
  private long leaseUntil;
  private SimulatedController.@Nullable Image image;
  private @Nullable Partition partition;
  private boolean fetching;
  private long fetchNumber;
  private long checkedTo;
  private int watchedEpoch = -1;
  private long watchedHighWatermark;

  SimulatedReplica(ReplicationWorld world, NodeId self, SettingValues settings) {
    this.world = world;
    this.self = self;
    this.settings = settings;
  }

  NodeId self() {
    return self;
  }

  InMemoryLog log() {
    return log;
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
    fetching = false;
    partition = null;
    log.reopen();
    every(100, this::register);
    every(500, this::heartbeat);
    every(100, this::propose);
    every(20, this::fetch);
    every(10, this::flush);
    every(1_000, () -> with(this::checkpoint));
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
    log.losePower();
    savedHighWatermark = Math.min(savedHighWatermark, log.endOffset());
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
    check();
  }

  void onMessage(Runnable what) {
    onMessage(life, what);
  }

  private void with(java.util.function.Consumer<Partition> what) {
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
      partition = open();
    }
    partition.follow(newest.partition(), settings);
    fetch();
  }

  private Partition open() {
    long highWatermark = Math.min(savedHighWatermark, log.endOffset());
    checkedTo = 0;
    watchedEpoch = -1;
    return new Partition(
        ID,
        NAME,
        new PartitionEnvironment(
            self,
            world.time(),
            () -> world.time().monotonicNanos() < leaseUntil,
            node -> image == null ? OptionalLong.empty() : image.activeEpoch(node),
            1_000),
        new PartitionLogs.OpenedLog(log, highWatermark),
        settings);
  }

  private void propose() {
    with(
        p -> {
          Optional<IsrProposal> next = p.replication().proposeInSync(LAG_NANOS);
          next.or(p.replication()::pendingProposal).ifPresent(this::send);
        });
  }

  private void send(IsrProposal proposal) {
    int mine = life;
    world.toController(
        self,
        () -> {
          SimulatedController.Verdict verdict = world.controller().alter(self, proposal);
          if (verdict == SimulatedController.Verdict.DONE) {
            world.onInSyncChanged(this, proposal);
          } else if (verdict == SimulatedController.Verdict.REFUSED) {
            world
                .network()
                .send(
                    CONTROLLER,
                    self.value(),
                    () ->
                        onMessage(
                            mine, () -> with(p -> p.replication().onProposalRefused(proposal))));
          }
        });
  }

  // Replication

  private void fetch() {
    with(
        p -> {
          Optional<NodeId> leader = p.replication().leaderToFetchFrom();
          if (fetching || leader.isEmpty()) {
            return;
          }
          fetching = true;
          long number = ++fetchNumber;
          int mine = life;
          ReplicaFetch asked = p.replication().nextFetch();
          long epoch = brokerEpoch;
          SimulatedReplica other = world.replica(leader.get());
          world
              .network()
              .send(
                  self.value(),
                  other.self.value(),
                  () -> other.onMessage(() -> other.answer(this, mine, number, epoch, asked)));
          world.time().after(100 * SimulatedTime.MS, () -> onMessage(mine, () -> gaveUp(number)));
        });
  }

  private void gaveUp(long number) {
    if (number == fetchNumber) {
      fetching = false;
    }
  }

  private void answer(
      SimulatedReplica follower, int theirLife, long number, long epoch, ReplicaFetch asked) {
    with(
        p -> {
          ReplicaRead read =
              p.replication().onReplicaFetch(follower.self, epoch, asked, FETCH_BYTES);
          byte[] batches =
              read.batches() instanceof ReadOutcome.Batches found
                  ? bytes(found.slice())
                  : new byte[0];
          world
              .network()
              .send(
                  self.value(),
                  follower.self.value(),
                  () ->
                      follower.onMessage(
                          theirLife, () -> follower.answered(number, read.answer(), batches)));
        });
  }

  static byte[] bytes(RecordSlice slice) {
    ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
    try {
      slice.read(bytes, 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      slice.release();
    }
    return bytes.array();
  }

  /** Also late and doubled answers: a partition must see for itself which still mean something. */
  private void answered(long number, ReplicaAnswer answer, byte[] batches) {
    gaveUp(number);
    with(
        p -> {
          Following next = p.replication().onReplicaAnswer(answer, ByteBuffer.wrap(batches));
          if (next instanceof Following.Truncate truncate) {
            truncate(p, truncate.task());
          } else if (next instanceof Following.Delete delete) {
            run(delete.task());
          } else if (next instanceof Following.Fetch && batches.length > 0) {
            fetch();
          }
        });
  }

  private void truncate(Partition p, LogTask<?> task) {
    checkpoint(p);
    int mine = life;
    world
        .time()
        .after(
            world.time().between(0, 20),
            () ->
                onMessage(
                    mine,
                    () -> {
                      run(task);
                      checkedTo = Math.min(checkedTo, log.endOffset());
                      p.replication().onTruncated();
                    }));
  }

  private void checkpoint(Partition p) {
    savedHighWatermark = p.progress().highWatermark();
  }

  private static <T> T run(LogTask<T> task) {
    try {
      return task.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void flush() {
    with(
        p -> {
          if (p.isFlushDue()) {
            int mine = life;
            LogTask<Long> task = p.beginFlush();
            world
                .time()
                .after(
                    world.time().between(0, 30),
                    () ->
                        onMessage(
                            mine,
                            () -> {
                              if (p == partition) {
                                p.onFlushed(run(task));
                              }
                            }));
          }
        });
  }

  // Clients

  void produce(ByteBuffer batch, Acks acks, Produced.Listener listener) {
    if (partition == null) {
      listener.onProduced(Produced.failed(ErrorCode.NOT_LEADER_OR_FOLLOWER, "starting"));
      return;
    }
    int crc = BatchHeader.crc(batch, 0);
    partition.append(
        batch,
        acks,
        produced -> {
          if (produced.error() == ErrorCode.NONE) {
            check();
            if (acks == Acks.ALL) {
              world.history().onAcknowledged(self.value(), produced.baseOffset(), crc);
              world.requireOnEnough(produced.baseOffset(), crc);
            } else if (acks == Acks.LEADER) {
              requireLead("acknowledges acks=1");
            }
          }
          listener.onProduced(produced);
        });
  }

  /** The lease says that nobody else was elected: no session of this node has run out. */
  private void requireLead(String what) {
    ReplicationHistory.check(
        world.controller().leads(self),
        "NoAckOfAZombie: node %s %s, but %s",
        self,
        what,
        world.controller());
  }

  void read(long offset) {
    with(
        p -> {
          boolean leads = p.leading() != null;
          PartitionRead read = p.reader().read(offset, -1, 3_000, true);
          if (read instanceof PartitionRead.Ready ready && ready.slice().isPresent()) {
            if (leads) {
              requireLead("serves a read");
            }
            check();
            ByteBuffer all = ByteBuffer.wrap(bytes(ready.slice().get()));
            for (int at = 0; at < all.limit(); at += BatchHeader.sizeBytes(all, at)) {
              byte[] one = new byte[BatchHeader.sizeBytes(all, at)];
              all.get(at, one);
              world.history().onRead(self.value(), one);
            }
          }
        });
  }

  /** Looks at what this node believes, after each event. */
  private void check() {
    with(
        p -> {
          ReplicationHistory.check(
              p.offline().isEmpty(), "StaysOnline: node %s: %s", self, p.offline());
          LeaderRole leads = p.leading();
          if (leads != null && p.leaderEpoch() != watchedEpoch) {
            world.history().onLeader(self.value(), p.leaderEpoch(), log.batches());
          }
          long highWatermark = p.highWatermark();
          ReplicationHistory.check(
              p.leaderEpoch() != watchedEpoch || highWatermark >= watchedHighWatermark,
              "HighWatermarkMonotonic: node %s in epoch %s went from %s to %s",
              self,
              watchedEpoch,
              watchedHighWatermark,
              highWatermark);
          watchedEpoch = p.leaderEpoch();
          watchedHighWatermark = highWatermark;
          if (highWatermark > checkedTo && !p.replication().isTruncating()) {
            world
                .history()
                .onHighWatermark(self.value(), watchedEpoch, checkedTo, highWatermark, log);
            checkedTo = highWatermark;
          }
        });
  }

  @Override
  public String toString() {
    return "node "
        + self
        + (up ? "" : " down")
        + " ["
        + log.startOffset()
        + ", "
        + log.endOffset()
        + ")"
        + (partition == null
            ? ""
            : " hw "
                + partition.highWatermark()
                + " epoch "
                + partition.leaderEpoch()
                + (partition.leading() != null ? " leads" : ""));
  }
}
