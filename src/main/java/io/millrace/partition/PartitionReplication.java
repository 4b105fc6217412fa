package io.millrace.partition;

import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.image.PartitionImage;
import io.millrace.replication.IsrProposal;
import io.millrace.replication.ReplicaAnswer;
import io.millrace.replication.ReplicaFetch;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A partition's dealings with its other replicas, as their leader or as one of its followers, and
 * what it asks the controller for. Nothing is sent from here: what is to be done is returned.
 *
 * <p>Threading: the partition's owner thread.
 */
public final class PartitionReplication {
  private final Partition partition;
  private final PartitionEnvironment environment;
  private boolean truncating;

  PartitionReplication(Partition partition, PartitionEnvironment environment) {
    this.partition = partition;
    this.environment = environment;
  }

  boolean isTruncating() {
    return truncating;
  }

  /** Who is to be fetched from, if somebody is now. */
  public Optional<NodeId> leaderToFetchFrom() {
    FollowerRole following = partition.following();
    return following == null || truncating ? Optional.empty() : Optional.of(following.leader());
  }

  /** What to ask the leader for now; only if there is one to fetch from. */
  public ReplicaFetch nextFetch() {
    FollowerRole following = partition.following();
    if (following == null || truncating) {
      throw new IllegalStateException(partition.name() + " does not follow");
    }
    return partition.repair().isDamaged()
        ? partition.repair().fetch(following.replica())
        : following.nextFetch();
  }

  /**
   * Takes an answer of the leader over.
   *
   * @param batches whole batches, back to back, or nothing; read before this returns
   */
  public Following onReplicaAnswer(ReplicaAnswer answer, ByteBuffer batches) {
    FollowerRole following = partition.following();
    if (following == null || truncating) {
      return new Following.Stop();
    }
    PartitionImage image = partition.image();
    if (partition.repair().isDamaged() && image != null) {
      Following next = partition.repair().onAnswer(following, answer, image);
      truncating = next instanceof Following.Truncate;
      return next;
    }
    FollowerRole.Result result = following.onAnswer(answer, batches);
    if (result instanceof FollowerRole.Result.Appended appended) {
      return onReplicated(following, answer, appended);
    }
    if (result instanceof FollowerRole.Result.Broken broken) {
      partition.goOffline(broken.reason());
      return new Following.Stop();
    }
    partition.noteWritten();
    partition.checkHealth();
    Following next = ((FollowerRole.Result.Next) result).following();
    if (next instanceof Following.Truncate) {
      truncating = true;
      return next;
    }
    return partition.following() == null ? new Following.Stop() : next;
  }

  private Following onReplicated(
      FollowerRole following, ReplicaAnswer answer, FollowerRole.Result.Appended appended) {
    partition.noteWritten();
    partition.repair().onAppended();
    if (appended.highWatermarkMoved()) {
      partition.watchers().onCommitted(Math.max(1, appended.bytes()));
    }
    return following.followStart(answer.logStartOffset()).orElseGet(Following.Fetch::new);
  }

  /**
   * Whether this replica has again what it lacked of what is committed, so that it can be {@link
   * PartitionLogs#lacksCommitted written down}; once.
   */
  public boolean takeRefilled() {
    return partition.repair().takeRefilled();
  }

  /** The task of a {@link Following.Truncate} has run. */
  public void onTruncated() {
    truncating = false;
    FollowerRole following = partition.following();
    if (following != null) {
      following.replica().onTruncated(partition.log().endOffset());
    }
    partition.followLatest();
  }

  /**
   * Answers a follower, and takes note of how far it is.
   *
   * @param brokerEpoch under which it is registered
   * @param maxBytes 0 or less to give it no batches
   */
  public ReplicaRead onReplicaFetch(
      NodeId replica, long brokerEpoch, ReplicaFetch fetch, int maxBytes) {
    LeaderRole leading = partition.leading();
    if (leading == null) {
      return ReplicaRead.without(FollowerRole.notLeading(fetch, partition.leaderEpoch()));
    }
    Optional<ErrorCode> wrongEpoch = partition.wrongEpoch(fetch.leaderEpoch());
    if (wrongEpoch.isPresent()) {
      return ReplicaRead.without(
          ReplicaAnswer.failed(
              wrongEpoch.get(),
              PartitionReader.epochs(fetch.leaderEpoch(), partition.leaderEpoch()),
              partition.leaderEpoch(),
              fetch));
    }
    Optional<ReplicaAnswer> refused = leading.refuse(replica, brokerEpoch, fetch);
    if (refused.isPresent()) {
      return ReplicaRead.without(refused.get());
    }
    long now = environment.time().monotonicNanos();
    if (leading
        .replica()
        .onFollowerFetch(replica, brokerEpoch, fetch.fetchOffset(), fetch.durableOffset(), now)) {
      partition.onHighWatermark(leading.replica());
    }
    ReplicaAnswer answer = leading.accept(fetch);
    return maxBytes <= 0
        ? ReplicaRead.without(answer)
        : new ReplicaRead(answer, partition.log().readForReplica(fetch.fetchOffset(), maxBytes));
  }

  /**
   * The change of the in-sync replicas that is to be asked for now, if any: once, and then again
   * from {@link #pendingProposal} until an image decides.
   *
   * @param lagNanos a follower that was not caught up for longer goes out
   */
  public Optional<IsrProposal> proposeInSync(long lagNanos) {
    LeaderRole leading = partition.leading();
    return leading == null ? Optional.empty() : leading.propose(lagNanos);
  }

  /** What was asked for and is not decided yet, also by a leader that must not lead any more. */
  public Optional<IsrProposal> pendingProposal() {
    LeaderRole leading = partition.leading();
    return leading == null ? partition.repair().resignation(partition.image()) : leading.pending();
  }

  /** The controller refuses a proposal for good; an answer that never came is none. */
  public void onProposalRefused(IsrProposal refused) {
    LeaderRole leading = partition.leading();
    if (leading != null && refused.leaderEpoch() == partition.leaderEpoch()) {
      leading.replica().onRefused(refused.partitionEpoch());
    }
  }
}
