package io.millrace.group;

import io.millrace.model.ErrorCode;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest.CommitOffsets;
import io.millrace.model.group.GroupState;
import java.util.OptionalLong;

/** Who may commit for a classic group, and how long what was committed is of use. */
final class ClassicPositions {
  private final ClassicGroup group;
  private final ClassicTopics topics;

  ClassicPositions(ClassicGroup group, ClassicTopics topics) {
    this.group = group;
    this.topics = topics;
  }

  /** Anybody while nobody is in it, else only members of this generation. */
  GroupError checkCommit(Turn turn, CommitOffsets request) {
    if (group.state() == GroupState.EMPTY && request.generation() < 0) {
      return GroupError.NONE;
    }
    if (!saysWho(request)) {
      return new GroupError(
          ErrorCode.UNKNOWN_MEMBER_ID,
          "the group has members, so only they may commit; stop them first to set its offsets");
    }
    GroupError member = group.checkMember(request.member());
    if (member.isError()) {
      return member;
    }
    if (request.generation() != group.generation()) {
      return group.otherGeneration(request.generation());
    }
    if (group.state() == GroupState.COMPLETING_REBALANCE) {
      // Its generation is right, but what it read was assigned in the one before.
      return GroupError.of(ErrorCode.REBALANCE_IN_PROGRESS);
    }
    group.keepAlive(turn, request.member().memberId());
    return GroupError.NONE;
  }

  private static boolean saysWho(CommitOffsets request) {
    return request.generation() >= 0
        || !request.member().memberId().isEmpty()
        || request.member().instanceId().isPresent();
  }

  /** Only of consumers is it known which topics they do not read. */
  GroupError checkDelete() {
    return group.state() == GroupState.EMPTY
            || group.protocolType().equals(ClassicGroup.CONSUMER_PROTOCOL)
        ? GroupError.NONE
        : GroupError.of(ErrorCode.NON_EMPTY_GROUP);
  }

  /** See {@link Group#unusedSinceMs}. */
  OptionalLong unusedSinceMs(CommittedPosition position) {
    if (group.protocolType().isEmpty()) {
      return OptionalLong.of(position.commitTimestampMs());
    }
    if (group.state() == GroupState.EMPTY) {
      return OptionalLong.of(Math.max(group.sinceMs(), position.commitTimestampMs()));
    }
    return group.state() == GroupState.STABLE && topics.areKnown()
        ? OptionalLong.of(position.commitTimestampMs())
        : OptionalLong.empty();
  }
}
