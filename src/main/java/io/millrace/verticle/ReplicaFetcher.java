package io.millrace.verticle;

import io.millrace.bus.ReplicaClient;
import io.millrace.bus.ReplicaFetchReply;
import io.millrace.bus.ReplicaFetchRequest;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.TimeSource;
import io.millrace.model.config.ReplicationSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.model.image.PartitionImage;
import io.millrace.partition.PartitionReplication;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Keeps the partitions that this shard follows fetching: one loop for each leader, with a few
 * fetches under way, each partition in at most one of them. What an answer makes a partition do is
 * {@link FollowerSteps}'.
 *
 * <p>Threading: the shard's thread.
 */
final class ReplicaFetcher {
  private static final long NANOS_PER_MS = 1_000_000;

  private final NodeId self;
  private final TimeSource time;
  private final ReplicaPeers peers;
  private final FollowerSteps steps;
  private final LongSupplier brokerEpoch;
  private final LongSupplier imageVersion;
  private final int maxFetches;
  private final int maxPartitions;
  private final int maxBytes;
  private final long waitNanos;
  private final long timeoutNanos;
  private final long backoffNanos;
  private final long backoffMaxNanos;
  private final ByteBudget addingBudget;
  private final Map<PartitionId, FollowedPartition> followed = new HashMap<>();
  private final Map<NodeId, Loop> loops = new HashMap<>();
  private final Set<FollowedPartition> waiting = new LinkedHashSet<>();
  private long lastCall;

  /**
   * @param shards that share the node's throttle
   * @param brokerEpoch of this node, -1 while it is not registered
   */
  ReplicaFetcher(
      NodeId self,
      int shards,
      SettingValues settings,
      TimeSource time,
      ReplicaPeers peers,
      FollowerSteps steps,
      LongSupplier brokerEpoch,
      LongSupplier imageVersion) {
    this.self = self;
    this.time = time;
    this.peers = peers;
    this.steps = steps;
    this.brokerEpoch = brokerEpoch;
    this.imageVersion = imageVersion;
    this.maxFetches = settings.get(ReplicationSettings.NUM_REPLICA_FETCHERS);
    this.maxPartitions = settings.get(ReplicationSettings.REPLICA_FETCH_PARTITIONS_MAX);
    this.maxBytes = settings.get(ReplicationSettings.REPLICA_FETCH_RESPONSE_MAX_BYTES);
    this.waitNanos = settings.get(ReplicationSettings.REPLICA_FETCH_WAIT_MAX_MS) * NANOS_PER_MS;
    this.timeoutNanos = settings.get(ReplicationSettings.REPLICA_FETCH_TIMEOUT_MS) * NANOS_PER_MS;
    this.backoffNanos = settings.get(ReplicationSettings.REPLICA_FETCH_BACKOFF_MS) * NANOS_PER_MS;
    this.backoffMaxNanos =
        settings.get(ReplicationSettings.REPLICA_FETCH_BACKOFF_MAX_MS) * NANOS_PER_MS;
    this.addingBudget =
        new ByteBudget(
            settings.get(ReplicationSettings.REPLICATION_THROTTLE_BYTES_PER_SEC) / shards,
            time.monotonicNanos());
  }

  /** A partition has followed an image: it may have another leader now, or none. */
  void onFollowed(HostedPartition hosted, PartitionImage image) {
    PartitionId id = hosted.partition().id();
    FollowedPartition known = followed.get(id);
    if (known != null && known.state() == FollowedPartition.State.BUSY) {
      return; // It follows the image when its log is truncated, and then says so.
    }
    NodeId leader = hosted.partition().replication().leaderToFetchFrom().orElse(null);
    boolean adding = image.addingReplicas().contains(self);
    if (known != null && (leader == null || !known.isOf(leader, image.leaderEpoch(), adding))) {
      forget(known);
      known = null;
    }
    if (known == null && leader != null) {
      follow(new FollowedPartition(hosted, leader, image.leaderEpoch(), adding));
    }
  }

  private void follow(FollowedPartition partition) {
    followed.put(partition.hosted().partition().id(), partition);
    makeReady(partition);
  }

  private void makeReady(FollowedPartition partition) {
    partition.toReady();
    loops
        .computeIfAbsent(partition.leader(), node -> new Loop(node, maxBytes))
        .ready
        .add(partition);
  }

  /** An answer that is still on its way will be let go. */
  private void forget(FollowedPartition partition) {
    followed.remove(partition.hosted().partition().id(), partition);
    waiting.remove(partition);
    Loop loop = loops.get(partition.leader());
    if (loop != null) {
      loop.ready.remove(partition);
    }
  }

  void onClosing(HostedPartition closing) {
    FollowedPartition known = followed.get(closing.partition().id());
    if (known != null) {
      forget(known);
    }
  }

  /** After any event: what it made ready is sent. */
  void run() {
    if (followed.isEmpty()) {
      return;
    }
    if (!waiting.isEmpty()) {
      wakeUp();
    }
    if (brokerEpoch.getAsLong() >= 0) {
      loops.values().forEach(Loop::send);
    }
  }

  private void wakeUp() {
    long now = time.monotonicNanos();
    for (FollowedPartition partition : List.copyOf(waiting)) {
      boolean isOver =
          partition.state() == FollowedPartition.State.DELAYED
              ? partition.isDelayOver(now)
              : !FollowerSteps.mustFlushFirst(partition.hosted().partition());
      if (isOver) {
        waiting.remove(partition);
        makeReady(partition);
      }
    }
  }

  int followedCount() {
    return followed.size();
  }

  /** The fetches to one leader. */
  private final class Loop {
    private final NodeId leader;
    private final FetchPace pace;
    private final Set<FollowedPartition> ready = new LinkedHashSet<>();
    private int underWay;

    Loop(NodeId leader, int mostBytes) {
      this.leader = leader;
      this.pace = new FetchPace(mostBytes);
    }

    void send() {
      while (!ready.isEmpty() && underWay < maxFetches) {
        List<FollowedPartition> some = takeReady();
        if (some.isEmpty()) {
          return;
        }
        send(new Call(this, some, ++lastCall, time.monotonicNanos()));
      }
    }

    /** Those that are being added only as far as the throttle lets them. */
    private List<FollowedPartition> takeReady() {
      boolean addingToo = addingBudget.hasSome(time.monotonicNanos());
      List<FollowedPartition> some = new ArrayList<>();
      Iterator<FollowedPartition> each = ready.iterator();
      while (each.hasNext() && some.size() < maxPartitions) {
        FollowedPartition next = each.next();
        if (next.hosted().partition().replication().leaderToFetchFrom().isEmpty()) {
          each.remove(); // It went offline.
          followed.remove(next.hosted().partition().id(), next);
        } else if (addingToo || !next.isAdding()) {
          some.add(next);
          each.remove();
        }
      }
      return some;
    }

    private void send(Call call) {
      underWay++;
      long now = call.sentNanos;
      peers.fetch(
          leader,
          new ReplicaClient.Question(
              self,
              brokerEpoch.getAsLong(),
              imageVersion.getAsLong(),
              pace.bytes(),
              now + waitNanos,
              now + waitNanos + timeoutNanos,
              call.entries),
          call);
    }
  }

  /** One fetch under way. */
  private final class Call implements ReplicaClient.Listener {
    private final Loop loop;
    private final List<FollowedPartition> asked;
    private final List<ReplicaFetchRequest.Entry> entries = new ArrayList<>();
    private final long number;
    private final long sentNanos;

    Call(Loop loop, List<FollowedPartition> partitions, long number, long sentNanos) {
      this.loop = loop;
      this.asked = List.copyOf(partitions);
      this.number = number;
      this.sentNanos = sentNanos;
      for (FollowedPartition partition : asked) {
        ReplicaFetchRequest.Entry entry = FollowerSteps.entry(partition.hosted().partition());
        partition.toInFlight(number, entry.lastFetchedEpoch());
        entries.add(entry);
      }
    }

    @Override
    public void onPart(ReplicaFetchReply part) {
      long now = time.monotonicNanos();
      if (part.recordBytes() > 0) {
        loop.pace.onRoundTrip(now - sentNanos - part.heldMs() * NANOS_PER_MS);
      }
      for (ReplicaFetchReply.Result result : part.results()) {
        FollowedPartition partition = followed.get(result.partition());
        try {
          if (partition != null && partition.isIn(number)) {
            take(partition, result, part, now);
          }
        } finally {
          result.discard();
        }
      }
      run();
    }

    private void take(
        FollowedPartition partition,
        ReplicaFetchReply.Result result,
        ReplicaFetchReply part,
        long now) {
      if (partition.isAdding()) {
        addingBudget.take(result.slice().map(slice -> (long) slice.sizeBytes()).orElse(0L));
      }
      boolean isFull = result.slice().isPresent() && 2L * part.recordBytes() >= loop.pace.bytes();
      FollowerSteps.Next next = steps.take(partition, result, () -> busyNoMore(partition));
      if (next == FollowerSteps.Next.FETCH) {
        partition.succeeded();
        if (!isFull && FollowerSteps.mustFlushFirst(partition.hosted().partition())) {
          partition.toFlushing();
          waiting.add(partition);
        } else {
          makeReady(partition);
        }
      } else if (next == FollowerSteps.Next.BACK_OFF) {
        delay(partition, now);
      } else if (next == FollowerSteps.Next.BUSY) {
        partition.toBusy();
      } else {
        forget(partition);
      }
    }

    private void delay(FollowedPartition partition, long now) {
      partition.toDelayed(now, backoffNanos, backoffMaxNanos);
      waiting.add(partition);
    }

    /** What was not answered is asked for again, a little later. */
    @Override
    public void onEnd() {
      loop.underWay--;
      long now = time.monotonicNanos();
      for (FollowedPartition partition : asked) {
        PartitionId id = partition.hosted().partition().id();
        if (partition.isIn(number) && followed.get(id) == partition) {
          delay(partition, now);
        }
      }
      run();
    }
  }

  /** The log is truncated; who leads now, or whether this node does, was decided meanwhile. */
  private void busyNoMore(FollowedPartition partition) {
    if (followed.get(partition.hosted().partition().id()) != partition) {
      return;
    }
    forget(partition);
    PartitionReplication replication = partition.hosted().partition().replication();
    replication
        .leaderToFetchFrom()
        .ifPresent(
            leader ->
                follow(
                    new FollowedPartition(
                        partition.hosted(),
                        leader,
                        replication.nextFetch().leaderEpoch(),
                        partition.isAdding())));
    run();
  }
}
