package io.millrace.group;

import io.millrace.group.GroupRecord.ReconciliationState;
import io.millrace.model.TopicId;
import io.millrace.model.group.TopicPartitions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Moves one member towards its target (KIP-848, "Reconciliation"). It first gives up what it is not
 * to have, and says so by no longer naming it among what it owns; then it comes to the target's
 * epoch, and gets what is free; then it waits for what others still have to give up.
 *
 * <pre>
 *            target has a newer epoch            gave up, others have not
 *   STABLE -------------------------> UNREVOKED -------------------------> UNRELEASED
 *     ^  \____ nothing to give up, something not free yet ____________________^ |
 *     |_________________________ everything is free ____________________________|
 * </pre>
 */
final class Reconciliation {
  /** Whether the member may have a partition: nobody else owns it. */
  interface FreePartitions {
    boolean isFree(TopicId topicId, int partition);
  }

  private final int targetEpoch;
  private final AssignedPartitions target;
  private final FreePartitions free;
  private final @Nullable List<TopicPartitions> owned;

  /**
   * @param owned what the member says that it owns, which may be anything; null if it does not say
   */
  Reconciliation(
      int targetEpoch,
      AssignedPartitions target,
      FreePartitions free,
      @Nullable List<TopicPartitions> owned) {
    this.targetEpoch = targetEpoch;
    this.target = target;
    this.free = free;
    this.owned = owned;
  }

  /** The member's next step; the same if it can take none now. */
  MemberProgress next(MemberProgress now) {
    return switch (now.state()) {
      case STABLE -> now.memberEpoch() == targetEpoch ? now : step(now, now.memberEpoch());
      case UNRELEASED_PARTITIONS -> step(now, now.memberEpoch());
      case UNREVOKED_PARTITIONS ->
          hasGivenUp(now.pendingRevocation()) ? step(now, now.memberEpoch() + 1) : now;
    };
  }

  private MemberProgress step(MemberProgress now, int memberEpoch) {
    AssignedPartitions kept = now.assigned().intersection(target);
    AssignedPartitions toRevoke = now.assigned().minus(target);
    if (!toRevoke.isEmpty() && !hasGivenUp(toRevoke)) {
      return changed(now, memberEpoch, ReconciliationState.UNREVOKED_PARTITIONS, kept, toRevoke);
    }
    AssignedPartitions wanted = target.minus(kept);
    AssignedPartitions available = availableOf(wanted);
    boolean complete = available.size() == wanted.size();
    return changed(
        now,
        targetEpoch,
        complete ? ReconciliationState.STABLE : ReconciliationState.UNRELEASED_PARTITIONS,
        kept.union(available),
        AssignedPartitions.EMPTY);
  }

  /** A step that changes nothing writes no record. */
  private static MemberProgress changed(
      MemberProgress now,
      int memberEpoch,
      ReconciliationState state,
      AssignedPartitions assigned,
      AssignedPartitions pendingRevocation) {
    if (memberEpoch == now.memberEpoch()
        && state == now.state()
        && assigned.equals(now.assigned())
        && pendingRevocation.equals(now.pendingRevocation())) {
      return now;
    }
    return new MemberProgress(memberEpoch, now.memberEpoch(), state, assigned, pendingRevocation);
  }

  private boolean hasGivenUp(AssignedPartitions partitions) {
    return owned != null && partitions.containsNone(owned);
  }

  private AssignedPartitions availableOf(AssignedPartitions wanted) {
    AssignedPartitions.Builder available = new AssignedPartitions.Builder();
    wanted.forEach(
        (topicId, partition) -> {
          if (free.isFree(topicId, partition)) {
            available.add(topicId, partition);
          }
        });
    return available.build();
  }
}
