package io.millrace.group;

import io.millrace.group.GroupRecord.CurrentAssignmentValue;
import io.millrace.group.GroupRecord.ReconciliationState;

/**
 * How far a member of a KIP-848 group has come on its way to its target.
 *
 * <p>Invariant: {@code assigned} and {@code pendingRevocation} have nothing in common, and no
 * partition of either is in those of another member.
 *
 * @param memberEpoch the group epoch that it has reached; {@link #JOINING} before the first, {@link
 *     #LEFT_FOR_A_WHILE} for a static member that is to come back
 * @param previousMemberEpoch accepted as well, from a member that missed the last answer
 * @param assigned what it may own
 * @param pendingRevocation what it was told to give up and may still own
 */
record MemberProgress(
    int memberEpoch,
    int previousMemberEpoch,
    ReconciliationState state,
    AssignedPartitions assigned,
    AssignedPartitions pendingRevocation) {
  static final int JOINING = 0;
  static final int LEAVING = -1;
  static final int LEFT_FOR_A_WHILE = -2;

  static final MemberProgress NEW =
      new MemberProgress(
          JOINING,
          JOINING,
          ReconciliationState.STABLE,
          AssignedPartitions.EMPTY,
          AssignedPartitions.EMPTY);

  static MemberProgress of(CurrentAssignmentValue value) {
    return new MemberProgress(
        value.memberEpoch(),
        value.previousMemberEpoch(),
        value.state(),
        AssignedPartitions.of(value.assigned()),
        AssignedPartitions.of(value.pendingRevocation()));
  }

  CurrentAssignmentValue toValue() {
    return new CurrentAssignmentValue(
        memberEpoch,
        previousMemberEpoch,
        state,
        assigned.toTopicPartitions(),
        pendingRevocation.toTopicPartitions());
  }

  /** All that nobody else may get yet. */
  AssignedPartitions owned() {
    return assigned.union(pendingRevocation);
  }

  boolean hasReached(int targetEpoch) {
    return state == ReconciliationState.STABLE && memberEpoch == targetEpoch;
  }

  /** As its successor under the same instance id begins: with what it is to own, from scratch. */
  MemberProgress handedOver() {
    return new MemberProgress(
        JOINING, JOINING, ReconciliationState.STABLE, assigned, AssignedPartitions.EMPTY);
  }

  /** Gone, but kept for its return; what it was to give up it has given up. */
  MemberProgress leftForAWhile() {
    return new MemberProgress(
        LEFT_FOR_A_WHILE, memberEpoch, state, assigned, AssignedPartitions.EMPTY);
  }
}
