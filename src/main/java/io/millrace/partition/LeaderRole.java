package io.millrace.partition;

import io.millrace.log.PartitionLog;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.image.PartitionImage;
import io.millrace.replication.EpochEnd;
import io.millrace.replication.InSyncReplicas;
import io.millrace.replication.IsrProposal;
import io.millrace.replication.LeaderReplica;
import io.millrace.replication.ReplicaAnswer;
import io.millrace.replication.ReplicaFetch;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A partition that this node leads, in one leader epoch: its followers' fetches, and the in-sync
 * replicas that it asks the controller for.
 *
 * <p>Threading: the partition's owner thread.
 */
final class LeaderRole {
  private final PartitionId id;
  private final PartitionEnvironment environment;
  private final PartitionLog log;
  private final LeaderReplica replica;
  private PartitionImage image;
  private @Nullable IsrProposal asked;

  LeaderRole(
      PartitionId id,
      PartitionEnvironment environment,
      PartitionLog log,
      PartitionImage image,
      long highWatermark) {
    this.id = id;
    this.environment = environment;
    this.log = log;
    this.image = image;
    this.replica =
        new LeaderReplica(
            environment.self(),
            image.leaderEpoch(),
            InSyncReplicas.of(Set.copyOf(image.inSyncReplicas())),
            highWatermark,
            log.endOffset(),
            log.durableEndOffset(),
            environment.time().monotonicNanos());
  }

  LeaderReplica replica() {
    return replica;
  }

  /** Another image of the same leader epoch; whether the high watermark moved. */
  boolean follow(PartitionImage next) {
    image = next;
    return replica.onCommitted(
        next.partitionEpoch(),
        Set.copyOf(next.inSyncReplicas()),
        Set.copyOf(next.eligibleLeaderReplicas()));
  }

  /** Why a fetch gets no batches, if so. */
  Optional<ReplicaAnswer> refuse(NodeId follower, long brokerEpoch, ReplicaFetch fetch) {
    if (!image.replicas().contains(follower)) {
      return failed(ErrorCode.NOT_LEADER_OR_FOLLOWER, "node " + follower + " is no replica", fetch);
    }
    OptionalLong active = environment.brokers().activeEpoch(follower);
    long newest = Math.max(replica.brokerEpoch(follower), active.orElse(-1));
    if (brokerEpoch < newest) {
      return failed(
          ErrorCode.INVALID_REQUEST,
          "node " + follower + " fetches as of broker epoch " + brokerEpoch + ", it has " + newest,
          fetch);
    }
    // Not from where it starts: that may be within a batch, and a batch is copied whole.
    long first = log.firstOffset();
    boolean isEmpty = fetch.lastFetchedEpoch() < 0;
    if (fetch.fetchOffset() < first || (isEmpty && fetch.fetchOffset() > log.endOffset())) {
      return Optional.of(outOfRange(fetch, first));
    }
    return isEmpty ? Optional.empty() : diverging(fetch);
  }

  private ReplicaAnswer outOfRange(ReplicaFetch fetch, long first) {
    return new ReplicaAnswer(
        ErrorCode.OFFSET_OUT_OF_RANGE,
        "the log holds offsets " + first + " to " + log.endOffset(),
        replica.leaderEpoch(),
        fetch.fetchOffset(),
        fetch.lastFetchedEpoch(),
        replica.highWatermark(),
        first,
        Optional.empty());
  }

  /** The follower's last record must be of the epoch that it has here, at the same offset. */
  private Optional<ReplicaAnswer> diverging(ReplicaFetch fetch) {
    PartitionLog.EpochEnd end = log.endOfEpoch(fetch.lastFetchedEpoch());
    return end.leaderEpoch() == fetch.lastFetchedEpoch() && end.endOffset() >= fetch.fetchOffset()
        ? Optional.empty()
        : Optional.of(answer(fetch, Optional.of(new EpochEnd(end.leaderEpoch(), end.endOffset()))));
  }

  /** What is answered beside batches. */
  ReplicaAnswer accept(ReplicaFetch fetch) {
    return answer(fetch, Optional.empty());
  }

  private ReplicaAnswer answer(ReplicaFetch fetch, Optional<EpochEnd> diverging) {
    return new ReplicaAnswer(
        ErrorCode.NONE,
        "",
        replica.leaderEpoch(),
        fetch.fetchOffset(),
        fetch.lastFetchedEpoch(),
        replica.highWatermark(),
        log.startOffset(),
        diverging);
  }

  private Optional<ReplicaAnswer> failed(ErrorCode error, String reason, ReplicaFetch fetch) {
    return Optional.of(ReplicaAnswer.failed(error, reason, replica.leaderEpoch(), fetch));
  }

  /** A change of the in-sync replicas that is to be asked for now, if any. */
  Optional<IsrProposal> propose(long lagNanos) {
    return replica
        .propose(
            image.replicas(), environment.brokers(), environment.time().monotonicNanos(), lagNanos)
        .map(this::asking);
  }

  private IsrProposal asking(Set<NodeId> inSync) {
    IsrProposal proposal = proposal(inSync);
    asked = proposal;
    return proposal;
  }

  /**
   * The change that was asked for and is not decided, to ask for it again in the same words: a
   * follower that has registered anew since may have lost what it had when it was caught up.
   */
  Optional<IsrProposal> pending() {
    return replica.pending().isPresent() ? Optional.ofNullable(asked) : Optional.empty();
  }

  private IsrProposal proposal(Set<NodeId> inSync) {
    Map<NodeId, Long> members = new HashMap<>();
    for (NodeId member : inSync) {
      long known = member.equals(environment.self()) ? -1 : replica.brokerEpoch(member);
      members.put(
          member, known >= 0 ? known : environment.brokers().activeEpoch(member).orElse(-1));
    }
    return new IsrProposal(
        id,
        replica.leaderEpoch(),
        replica.partitionEpoch(),
        members,
        replica.lackingCommitted(inSync));
  }
}
