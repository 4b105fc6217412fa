package io.millrace.group;

import io.millrace.model.ErrorCode;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest.Leave;
import io.millrace.model.group.GroupRequest.Leaver;
import io.millrace.model.group.GroupRequest.Member;
import io.millrace.model.group.GroupResponse.LeaverResult;
import io.millrace.model.group.GroupResponse.Left;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Lets members go, several at once if asked (KIP-345). */
final class ClassicLeaves {
  private final ClassicGroup group;
  private final ClassicMembers members;
  private final ClassicRebalance rebalance;

  ClassicLeaves(ClassicGroup group, ClassicMembers members, ClassicRebalance rebalance) {
    this.group = group;
    this.members = members;
    this.rebalance = rebalance;
  }

  void leave(Turn turn, long requestId, Leave request) {
    List<LeaverResult> results = new ArrayList<>();
    String cause = "";
    for (Leaver leaver : request.members()) {
      Member who = leaver.member();
      if (members.isPending(who.memberId())) {
        members.dropPending(who.memberId());
        results.add(new LeaverResult(who, GroupError.NONE));
        continue;
      }
      GroupError error = check(who);
      if (!error.isError()) {
        ClassicMember member = Objects.requireNonNull(members.find(idOf(who)), "checked above");
        cause = cause.isEmpty() ? Causes.left(member, leaver.reason()) : cause;
        rebalance.removeQuietly(turn, member);
      }
      results.add(new LeaverResult(who, error));
    }
    if (cause.isEmpty()) {
      rebalance.completeIfAllJoined(turn);
    } else {
      rebalance.goOnWithout(turn, cause);
    }
    turn.reply(requestId, new Left(GroupError.NONE, results));
  }

  private GroupError check(Member who) {
    if (who.memberId().isEmpty() && who.instanceId().isPresent()) {
      return members.hasInstance(who.instanceId().get())
          ? GroupError.NONE
          : GroupError.of(ErrorCode.UNKNOWN_MEMBER_ID);
    }
    return group.checkMember(who);
  }

  private String idOf(Member who) {
    if (!who.memberId().isEmpty()) {
      return who.memberId();
    }
    String memberId = who.instanceId().map(members::idOf).orElse(null);
    return Objects.requireNonNull(memberId, "checked above");
  }
}
