package io.millrace.partition;

import io.millrace.log.LogTask;
import io.millrace.log.ReadOutcome;
import io.millrace.model.Acks;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.TimeSource;
import io.millrace.model.TopicPartition;
import io.millrace.model.config.SettingValues;
import io.millrace.model.control.ReplicaPosition;
import io.millrace.model.image.PartitionImage;
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
import java.util.function.Consumer;

/**
 * One replica of a partition in one life of its node: the real {@link Partition} on a log in
 * memory, driven as a broker drives it, and watched by a {@link ReplicationHistory}.
 */
public final class SimulatedPartition {
  private static final int FETCH_BYTES = 2_000;
  private static final int FETCH_TIMEOUT_MS = 100;

  private final Node node;
  private final Disk disk;
  private final InMemoryLog log;
  private final SettingValues settings;
  private final ReplicationHistory history;
  private final Partition partition;
  private boolean fetching;
  private long fetchNumber;
  private long checkedTo;
  private int watchedEpoch = -1;
  private long watchedHighWatermark;

  /** What its node has of it when it is down: a log, and the high watermark written last. */
  public static final class Disk {
    private final InMemoryLog log = new InMemoryLog();
    private long highWatermark;

    /** Only the page cache is gone. */
    public void losePower() {
      log.losePower();
      highWatermark = Math.min(highWatermark, log.endOffset());
    }

    public ReplicaPosition position() {
      return new ReplicaPosition(log.latestEpoch(), log.endOffset());
    }

    /** Whether it has this batch, or even on its stable storage. */
    public boolean holds(long baseOffset, int crc, boolean onDisk) {
      return log.holds(baseOffset, crc, onDisk);
    }

    public InMemoryLog log() {
      return log;
    }
  }

  /** The node that the replica is on, in one life. */
  public interface Node {
    NodeId self();

    TimeSource time();

    boolean hasLease();

    /** Of another node, in the image that is followed. */
    OptionalLong activeEpoch(NodeId other);

    /** Under which this node is registered. */
    long brokerEpoch();

    /** Has something done on this node after a while, if it lives still. */
    void later(long fromMs, long toMs, Runnable what);

    /** Brings something to the replica on another node, if the network does. */
    void send(NodeId to, Consumer<SimulatedPartition> onArrival);

    /** Asks the controller. */
    void propose(IsrProposal proposal, Consumer<IsrProposal> whenRefused);

    /** A batch was acknowledged to acks=all. */
    void onAcknowledged(long baseOffset, int crc);

    /** Something is done that only the leader may do: acks=1, or a read from it. */
    void requireLead(int epoch, String what);
  }

  public SimulatedPartition(
      PartitionId id,
      TopicPartition name,
      Node node,
      Disk disk,
      SettingValues settings,
      ReplicationHistory history) {
    this.node = node;
    this.disk = disk;
    this.log = disk.log();
    this.settings = settings;
    this.history = history;
    log.reopen();
    this.partition =
        new Partition(
            id,
            name,
            new PartitionEnvironment(
                node.self(), node.time(), node::hasLease, node::activeEpoch, 1_000),
            new PartitionLogs.OpenedLog(log, Math.min(disk.highWatermark, log.endOffset())),
            settings);
  }

  public void follow(PartitionImage image) {
    partition.follow(image, settings);
    fetch();
  }

  public void close() {
    partition.close();
  }

  boolean leads() {
    return partition.leading() != null;
  }

  /** Asks for other in-sync replicas, or again for those it asked for. */
  public void propose(long lagNanos) {
    PartitionReplication replication = partition.replication();
    replication
        .proposeInSync(lagNanos)
        .or(replication::pendingProposal)
        .ifPresent(
            proposal -> node.propose(proposal, refused -> replication.onProposalRefused(refused)));
  }

  /** Asks the leader, unless it is being asked. */
  public void fetch() {
    Optional<NodeId> leader = partition.replication().leaderToFetchFrom();
    if (fetching || leader.isEmpty()) {
      return;
    }
    fetching = true;
    long number = ++fetchNumber;
    long epoch = node.brokerEpoch();
    ReplicaFetch asked = partition.replication().nextFetch();
    node.send(leader.get(), other -> other.answer(this, number, epoch, asked));
    node.later(FETCH_TIMEOUT_MS, FETCH_TIMEOUT_MS, () -> gaveUp(number));
  }

  private void gaveUp(long number) {
    if (number == fetchNumber) {
      fetching = false;
    }
  }

  private void answer(SimulatedPartition follower, long number, long epoch, ReplicaFetch asked) {
    ReplicaRead read =
        partition.replication().onReplicaFetch(follower.node.self(), epoch, asked, FETCH_BYTES);
    byte[] batches =
        read.batches() instanceof ReadOutcome.Batches found ? bytes(found.slice()) : new byte[0];
    node.send(
        follower.node.self(),
        there -> {
          if (there == follower) {
            follower.answered(number, read.answer(), batches);
          }
        });
  }

  private static byte[] bytes(RecordSlice slice) {
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
    Following next = partition.replication().onReplicaAnswer(answer, ByteBuffer.wrap(batches));
    if (next instanceof Following.Truncate truncate) {
      truncate(truncate.task());
    } else if (next instanceof Following.Delete delete) {
      run(delete.task());
    } else if (next instanceof Following.Fetch && batches.length > 0) {
      fetch();
    }
  }

  private void truncate(LogTask<?> task) {
    checkpoint();
    node.later(
        0,
        20,
        () -> {
          run(task);
          checkedTo = Math.min(checkedTo, log.endOffset());
          partition.replication().onTruncated();
        });
  }

  public void checkpoint() {
    disk.highWatermark = partition.progress().highWatermark();
  }

  private static <T> T run(LogTask<T> task) {
    try {
      return task.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Begins an fsync if one is due. */
  public void flush() {
    if (partition.isFlushDue()) {
      LogTask<Long> task = partition.beginFlush();
      node.later(0, 30, () -> partition.onFlushed(run(task)));
    }
  }

  public void produce(ByteBuffer batch, Acks acks, Produced.Listener listener) {
    int crc = BatchHeader.crc(batch, 0);
    partition.append(
        batch,
        acks,
        produced -> {
          if (produced.error() == ErrorCode.NONE) {
            check();
            if (acks == Acks.ALL) {
              history.onAcknowledged(node.self().value(), produced.baseOffset(), crc);
              node.onAcknowledged(produced.baseOffset(), crc);
            } else if (acks == Acks.LEADER) {
              node.requireLead(partition.leaderEpoch(), "acknowledges acks=1");
            }
          }
          listener.onProduced(produced);
        });
  }

  /** A consumer reads from somewhere below what is committed. */
  public void read(long offset) {
    boolean leads = partition.leading() != null;
    PartitionRead read = partition.reader().read(offset, -1, 3_000, true);
    if (read instanceof PartitionRead.Ready ready && ready.slice().isPresent()) {
      if (leads) {
        node.requireLead(partition.leaderEpoch(), "serves a read");
      }
      check();
      ByteBuffer all = ByteBuffer.wrap(bytes(ready.slice().get()));
      for (int at = 0; at < all.limit(); at += BatchHeader.sizeBytes(all, at)) {
        byte[] one = new byte[BatchHeader.sizeBytes(all, at)];
        all.get(at, one);
        history.onRead(node.self().value(), one);
      }
    }
  }

  /** Looks at what this replica believes; to be called after each event of its node. */
  public void check() {
    int self = node.self().value();
    ReplicationHistory.check(
        partition.offline().isEmpty(), "StaysOnline: node %s: %s", self, partition.offline());
    if (partition.leading() != null && partition.leaderEpoch() != watchedEpoch) {
      history.onLeader(self, partition.leaderEpoch(), log.batches());
    }
    long highWatermark = partition.highWatermark();
    ReplicationHistory.check(
        partition.leaderEpoch() != watchedEpoch || highWatermark >= watchedHighWatermark,
        "HighWatermarkMonotonic: node %s in epoch %s went from %s to %s",
        self,
        watchedEpoch,
        watchedHighWatermark,
        highWatermark);
    watchedEpoch = partition.leaderEpoch();
    watchedHighWatermark = highWatermark;
    if (highWatermark > checkedTo && !partition.replication().isTruncating()) {
      history.onHighWatermark(self, watchedEpoch, checkedTo, highWatermark, log);
      checkedTo = highWatermark;
    }
  }

  @Override
  public String toString() {
    return "["
        + log.startOffset()
        + ", "
        + log.endOffset()
        + ") hw "
        + partition.highWatermark()
        + " epoch "
        + partition.leaderEpoch()
        + (leads() ? " leads" : "");
  }
}
