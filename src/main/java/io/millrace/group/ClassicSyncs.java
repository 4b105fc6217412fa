package io.millrace.group;

import io.millrace.model.ErrorCode;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest.Heartbeat;
import io.millrace.model.group.GroupRequest.Sync;
import io.millrace.model.group.GroupResponse.Done;
import io.millrace.model.group.GroupResponse.Synced;
import io.millrace.model.group.GroupState;
import io.millrace.model.group.OpaqueBytes;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Hands out assignments, once the leader has brought them, and keeps members alive. */
final class ClassicSyncs {
  private final ClassicGroup group;
  private final ClassicMembers members;
  private final ClassicRebalance rebalance;

  ClassicSyncs(ClassicGroup group, ClassicMembers members, ClassicRebalance rebalance) {
    this.group = group;
    this.members = members;
    this.rebalance = rebalance;
  }

  void sync(Turn turn, long requestId, Sync request) {
    GroupError refusal = check(request);
    if (refusal.isError()) {
      turn.reply(requestId, Synced.refused(refusal));
      return;
    }
    ClassicMember member =
        Objects.requireNonNull(members.find(request.member().memberId()), "checked above");
    member.onSync();
    if (group.state() == GroupState.STABLE) {
      member.restartSession(turn);
      turn.reply(requestId, assigned(member));
      rebalance.onStable();
      return;
    }
    member.answerSync(turn, Synced.refused(GroupError.of(ErrorCode.REBALANCE_IN_PROGRESS)));
    member.awaitSync(requestId);
    if (members.isLeader(member.memberId())) {
      assignAll(turn, request.assignments());
    }
  }

  private GroupError check(Sync request) {
    GroupError member = group.checkMember(request.member());
    if (member.isError()) {
      return member;
    }
    if (request.generation() != group.generation()) {
      return group.otherGeneration(request.generation());
    }
    if (differs(request.protocolType(), group.protocolType())
        || differs(request.protocolName(), group.protocolName())) {
      return new GroupError(
          ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
          "the group has protocol "
              + group.protocolType()
              + "/"
              + group.protocolName()
              + ", the member says "
              + request.protocolType()
              + "/"
              + request.protocolName());
    }
    return switch (group.state()) {
      case EMPTY -> GroupError.of(ErrorCode.UNKNOWN_MEMBER_ID);
      case PREPARING_REBALANCE -> GroupError.of(ErrorCode.REBALANCE_IN_PROGRESS);
      default -> GroupError.NONE;
    };
  }

  private static boolean differs(@Nullable String said, String actual) {
    return said != null && !said.equals(actual);
  }

  /** Whom the leader forgot gets nothing. */
  private void assignAll(Turn turn, Map<String, OpaqueBytes> assignments) {
    for (ClassicMember member : members.all()) {
      member.assign(assignments.getOrDefault(member.memberId(), OpaqueBytes.EMPTY));
    }
    group.toStable(turn);
    for (ClassicMember member : members.all()) {
      if (member.awaitsSyncReply()) {
        member.answerSync(turn, assigned(member));
        member.restartSession(turn);
      }
    }
    rebalance.onStable();
  }

  private Synced assigned(ClassicMember member) {
    return new Synced(
        GroupError.NONE, group.protocolType(), group.protocolName(), member.assignment());
  }

  void heartbeat(Turn turn, long requestId, Heartbeat request) {
    GroupError error = group.checkMember(request.member());
    if (!error.isError() && request.generation() != group.generation()) {
      error = group.otherGeneration(request.generation());
    }
    if (!error.isError()) {
      group.keepAlive(turn, request.member().memberId());
      if (group.state() == GroupState.PREPARING_REBALANCE) {
        error = GroupError.of(ErrorCode.REBALANCE_IN_PROGRESS);
      }
    }
    turn.reply(requestId, new Done(error));
  }
}
