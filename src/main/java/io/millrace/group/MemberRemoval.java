package io.millrace.group;

import io.millrace.model.ErrorCode;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupRequest.Leaver;
import io.millrace.model.group.GroupResponse.LeaverResult;
import io.millrace.model.group.GroupResponse.Left;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Takes members out of a KIP-848 group: those who leave, and those who were too slow. */
final class MemberRemoval {
  private final ConsumerGroup group;
  private final Migration migration;

  MemberRemoval(ConsumerGroup group, Migration migration) {
    this.group = group;
    this.migration = migration;
  }

  /**
   * Removes members. What they had is free at once; who gets it is computed when the next member is
   * heard of, so that the leave of many costs one assignment. If only members of the classic
   * protocol are left by that, the group becomes a classic one.
   */
  void remove(Turn turn, Collection<ConsumerMember> members, String cause) {
    group.beginChange(turn);
    for (ConsumerMember member : members) {
      group.timers().forget(member.memberId());
    }
    if (migration.downgrade(turn, group, members, cause)) {
      return;
    }
    for (ConsumerMember member : members) {
      MemberUpdate.appendTombstones(turn, group.groupId(), member.memberId());
    }
    MemberUpdate.appendEpoch(turn, group.groupId(), group.durable().epoch() + 1, cause);
  }

  /** Classic: some leave, or are removed by an administrator, who names instances alone. */
  Left leave(Turn turn, GroupRequest.Leave request) {
    Map<String, ConsumerMember> leaving = new LinkedHashMap<>();
    List<LeaverResult> results = new ArrayList<>();
    String cause = "";
    for (Leaver leaver : request.members()) {
      ConsumerMember member = find(leaver.member());
      GroupError error = checkLeaver(leaver.member(), member);
      results.add(new LeaverResult(leaver.member(), error));
      if (member != null && !error.isError()) {
        leaving.put(member.memberId(), member);
        cause = Causes.left(member.memberId(), member.told().origin(), leaver.reason());
      }
    }
    if (!leaving.isEmpty()) {
      remove(
          turn,
          leaving.values(),
          leaving.size() == 1 ? cause : cause + " (and " + (leaving.size() - 1) + " more)");
    }
    return new Left(GroupError.NONE, results);
  }

  private @Nullable ConsumerMember find(GroupRequest.Member who) {
    return who.instanceId().isPresent()
        ? group.durable().findStatic(who.instanceId().get())
        : group.durable().find(who.memberId());
  }

  private static GroupError checkLeaver(GroupRequest.Member who, @Nullable ConsumerMember member) {
    if (member == null) {
      return GroupError.of(ErrorCode.UNKNOWN_MEMBER_ID);
    }
    boolean byInstanceAlone = who.instanceId().isPresent() && who.memberId().isEmpty();
    if (byInstanceAlone) {
      return GroupError.NONE;
    }
    if (!member.memberId().equals(who.memberId())) {
      return GroupError.of(ErrorCode.FENCED_INSTANCE_ID);
    }
    return member.isClassic()
        ? GroupError.NONE
        : new GroupError(
            ErrorCode.UNKNOWN_MEMBER_ID,
            "member " + who.memberId() + " does not speak the classic protocol");
  }
}
