package io.millrace.partition;

import io.millrace.log.PartitionLog;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.image.PartitionImage;
import io.millrace.replication.Brokers;
import io.millrace.replication.FollowerReplica;
import io.millrace.replication.IsrProposal;
import io.millrace.replication.ReplicaAnswer;
import io.millrace.replication.ReplicaFetch;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a replica with damage back to the others' state: it leads nothing and serves nothing, says
 * to its leader, by what it fetches, that it has only what is below the damage, and so is counted
 * on no more, in sync or eligible to lead; then it cuts the damage away and fetches what is
 * missing. As every follower it is in sync again once it has what is committed.
 *
 * <pre>
 *   WHOLE -> DAMAGED   (damage was found; another replica is in sync, or may be)
 *         -> REFILLING (not counted on, or nothing that is committed is above: the damage is cut away)
 *         -> WHOLE     (it has what was committed then)
 * </pre>
 *
 * <p>Invariants: only in WHOLE does it lead; while it is counted on nothing that is committed is
 * cut. The second one is why the damage is cut only after the leader has answered a fetch from
 * below it: from then on the leader asks for nobody to be taken in who lacks what that fetch lacks.
 * That it is refilling is written down before the cut: a process that is killed then leaves a node
 * that comes back in sync nowhere.
 *
 * <p>Threading: the partition's owner thread.
 */
final class ReplicaRepair {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicaRepair.class);

  private enum State {
    WHOLE,
    DAMAGED,
    REFILLING
  }

  private final Partition partition;
  private final NodeId self;
  private final Brokers brokers;
  private final PartitionLog log;
  private State state = State.WHOLE;
  private long damagedFrom;
  private long claimedEnd;
  private long refillTo;
  private boolean refilled;

  ReplicaRepair(Partition partition, PartitionEnvironment environment) {
    this.partition = partition;
    this.self = environment.self();
    this.brokers = environment.brokers();
    this.log = partition.log();
  }

  /** Whether what it has must not be served. */
  boolean isDamaged() {
    return state == State.DAMAGED;
  }

  boolean mayLead() {
    return state == State.WHOLE;
  }

  /**
   * Damage was found, or an image says anew who has the partition; begins the repair, if need be.
   *
   * @return false if the others cannot help
   */
  boolean canRepair(String cause, @Nullable PartitionImage image) {
    if (log.damagedFrom().isEmpty() || image == null || image.replicas().size() < 2) {
      return false;
    }
    if (isAlone(image)) {
      return false;
    }
    long from = log.damagedFrom().getAsLong();
    if (state != State.DAMAGED || from < damagedFrom) {
      state = State.DAMAGED;
      damagedFrom = from;
      claimedEnd = from;
      LOG.error(
          "the replica is damaged and will be repaired from the others: topic={} partition={}"
              + " fromOffset={} cause={}",
          partition.name().topic(),
          partition.name().partition(),
          claimedEnd,
          cause);
    }
    return true;
  }

  /** Whether it is to lead, and cannot, and nobody else can either. */
  boolean isStuck(PartitionImage image) {
    return !mayLead() && isAlone(image);
  }

  private boolean isAlone(PartitionImage image) {
    return image.isLedBy(self)
        && image.replicas().stream().filter(image::mayLead).allMatch(self::equals);
  }

  /**
   * What it asks for while it is chosen to lead and must not: it is damaged, or its disk failed.
   */
  Optional<IsrProposal> resignation(@Nullable PartitionImage image) {
    boolean canLead = mayLead() && partition.offline().isEmpty();
    return canLead || image == null
        ? Optional.empty()
        : Resignation.of(partition.id(), image, self, brokers);
  }

  /** What to ask the leader for while it is damaged: from where the damage begins on. */
  ReplicaFetch fetch(FollowerReplica replica) {
    return new ReplicaFetch(
        replica.leaderEpoch(),
        claimedEnd,
        Math.min(log.durableEndOffset(), claimedEnd),
        -1, // Whose history it is will be told once the damage is cut away.
        Math.min(replica.highWatermark(), claimedEnd));
  }

  /** What an answer to such a fetch allows; none of its batches is taken over. */
  Following onAnswer(FollowerRole following, ReplicaAnswer answer, PartitionImage image) {
    boolean isAnswered =
        answer.error() == ErrorCode.NONE || answer.error() == ErrorCode.OFFSET_OUT_OF_RANGE;
    if (!isAnswered
        || answer.leaderEpoch() != following.replica().leaderEpoch()
        || answer.fetchOffset() != claimedEnd) {
      return new Following.BackOff(answer.error() + ": " + answer.reason());
    }
    if (answer.error() == ErrorCode.OFFSET_OUT_OF_RANGE && answer.logStartOffset() > claimedEnd) {
      claimedEnd = answer.logStartOffset(); // Of what the leader has, it has what is below.
      return new Following.Fetch();
    }
    boolean isOut = !image.mayLead(self);
    if (!isOut && answer.highWatermark() > damagedFrom) {
      return new Following.BackOff("still counted on, which a damaged replica must not be");
    }
    refillTo = Math.max(answer.highWatermark(), partition.highWatermark());
    state = State.REFILLING;
    return following.cutDamage();
  }

  /** More of the leader's records are here. */
  void onAppended() {
    if (state == State.REFILLING && log.endOffset() >= refillTo) {
      state = State.WHOLE;
      refilled = true;
      LOG.info(
          "the replica is repaired: topic={} partition={} endOffset={}",
          partition.name().topic(),
          partition.name().partition(),
          log.endOffset());
    }
  }

  /** Whether it is whole again and nobody has been told yet; once. */
  boolean takeRefilled() {
    boolean isNews = refilled;
    refilled = false;
    return isNews;
  }
}
