package io.millrace.group;

import io.millrace.model.ErrorCode;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest.Join;
import io.millrace.model.group.GroupResponse.Joined;
import io.millrace.model.group.GroupResponse.Synced;
import io.millrace.model.group.GroupState;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Lets members into a classic group. */
final class ClassicJoins {
  private final ClassicGroup group;
  private final ClassicMembers members;
  private final ClassicRebalance rebalance;
  private final GroupContext context;

  ClassicJoins(
      ClassicGroup group,
      ClassicMembers members,
      ClassicRebalance rebalance,
      GroupContext context) {
    this.group = group;
    this.members = members;
    this.rebalance = rebalance;
    this.context = context;
  }

  void join(Turn turn, long requestId, Join request) {
    String memberId = request.member().memberId();
    GroupError refusal = check(request);
    if (refusal.isError()) {
      turn.reply(requestId, Joined.refused(refusal, memberId));
    } else if (!memberId.isEmpty() && !members.isPending(memberId)) {
      joinAgain(turn, requestId, request, Objects.requireNonNull(members.find(memberId)));
    } else {
      joinNew(turn, requestId, request);
    }
    rebalance.completeIfAllJoined(turn);
  }

  private GroupError check(Join request) {
    String memberId = request.member().memberId();
    boolean takesOver = request.member().instanceId().filter(members::hasInstance).isPresent();
    if (!takesOver && !hasRoomFor(memberId)) {
      ClassicMember member = members.find(memberId);
      return new GroupError(
          ErrorCode.GROUP_MAX_SIZE_REACHED,
          "the group "
              + group.groupId()
              + " has "
              + (member == null ? members.size() : members.size() - 1)
              + " members, group.max.size allows "
              + context.config().maxSize());
    }
    if (!memberId.isEmpty() && !members.isPending(memberId)) {
      GroupError error = group.checkMember(request.member());
      if (error.isError()) {
        return error;
      }
    }
    return group.accepts(request.protocolType(), request.protocols())
        ? GroupError.NONE
        : new GroupError(
            ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
            "the group "
                + group.groupId()
                + " has protocol type '"
                + group.protocolType()
                + "', and every member must know a strategy in common; the member has type '"
                + request.protocolType()
                + "'");
  }

  /** Members of this generation may stay, or come back first come, first served. */
  private boolean hasRoomFor(String memberId) {
    int maxSize = context.config().maxSize();
    ClassicMember member = members.find(memberId);
    return switch (group.state()) {
      case PREPARING_REBALANCE ->
          (member != null && member.hasJoined()) || members.joinedCount() < maxSize;
      case COMPLETING_REBALANCE, STABLE -> member != null || members.size() < maxSize;
      default -> true;
    };
  }

  private void joinNew(Turn turn, long requestId, Join request) {
    String given = request.member().memberId();
    String instanceId = request.member().instanceId().orElse(null);
    String oldId = instanceId == null ? null : members.idOf(instanceId);
    ClassicMember old = oldId == null ? null : members.find(oldId);
    if (old != null) {
      takeOver(turn, requestId, request, old);
    } else if (given.isEmpty() && instanceId == null && request.requireKnownMemberId()) {
      sendBackWithId(turn, requestId, request);
    } else {
      add(turn, requestId, request, given.isEmpty() ? newId(request) : given);
    }
  }

  private String newId(Join request) {
    return request.member().instanceId().orElse(request.origin().clientId())
        + "-"
        + context.ids().get();
  }

  private void sendBackWithId(Turn turn, long requestId, Join request) {
    String memberId = newId(request);
    Timers.Timer expiry =
        context
            .timers()
            .newTimer(
                later -> {
                  members.dropPending(memberId);
                  rebalance.completeIfAllJoined(later);
                });
    expiry.startAt(GroupContext.after(turn, request.sessionTimeoutMs()));
    members.addPending(memberId, expiry);
    turn.reply(requestId, Joined.refused(GroupError.of(ErrorCode.MEMBER_ID_REQUIRED), memberId));
  }

  private void add(Turn turn, long requestId, Join request, String memberId) {
    ClassicMember member = newMember(request, memberId);
    member.onJoin(requestId, request, true);
    group.setProtocolType(request.protocolType());
    rebalance.onMemberAdded();
    members.add(member);
    // It knows no id to send heartbeats with, and its socket may die unnoticed while it waits.
    member.session().startAt(GroupContext.after(turn, context.config().newMemberJoinTimeoutMs()));
    rebalance.begin(turn, Causes.joined(member, request.reason()));
  }

  private ClassicMember newMember(Join request, String memberId) {
    return group.newMember(
        memberId,
        request.member().instanceId(),
        request.origin(),
        request.rebalanceTimeoutMs(),
        request.sessionTimeoutMs(),
        request.protocols());
  }

  private void joinAgain(Turn turn, long requestId, Join request, ClassicMember member) {
    boolean isSame = member.protocols().equals(request.protocols());
    boolean isAnswerLost =
        isSame
            && (group.state() == GroupState.COMPLETING_REBALANCE
                || (group.state() == GroupState.STABLE && !members.isLeader(member.memberId())));
    if (isAnswerLost) {
      // It did not get the answer, or missed that it is a follower of this generation.
      member.restartSession(turn);
      turn.reply(requestId, group.joined(member.memberId(), false));
      return;
    }
    member.answerJoin(
        turn, Joined.refused(GroupError.of(ErrorCode.REBALANCE_IN_PROGRESS), member.memberId()));
    member.onJoin(requestId, request, false);
    if (group.state() != GroupState.PREPARING_REBALANCE) {
      rebalance.begin(turn, Causes.joinedAgain(member, request.reason()));
    }
  }

  /** A static member has restarted: it comes without an id, and its place is its own (KIP-345). */
  private void takeOver(Turn turn, long requestId, Join request, ClassicMember old) {
    GroupError fenced = GroupError.of(ErrorCode.FENCED_INSTANCE_ID);
    old.answerJoin(turn, Joined.refused(fenced, old.memberId()));
    old.answerSync(turn, Synced.refused(fenced));
    @Nullable String oldLeader = members.leaderId();
    ClassicMember member = newMember(request, newId(request));
    member.assign(old.assignment());
    members.replace(old, member);
    member.restartSession(turn);
    if (group.state() == GroupState.STABLE && keepsAssignment(old, member)) {
      group.store(turn);
      turn.reply(requestId, takenOver(request, member, Objects.requireNonNull(oldLeader)));
      return;
    }
    member.onJoin(requestId, request, false);
    rebalance.begin(turn, Causes.replaced(member, request.reason()));
  }

  /**
   * Whether it wants what its predecessor wanted, under the strategy that all would still choose.
   */
  private boolean keepsAssignment(ClassicMember old, ClassicMember now) {
    String protocol = group.protocolName();
    return members.voteForProtocol().equals(protocol)
        && SubscriptionEquality.isSame(
            context.subscriptions(),
            group.protocolType(),
            old.metadata(protocol),
            now.metadata(protocol));
  }

  /**
   * A leader that came back must not compute an assignment that nobody waits for: it is told to
   * skip that (KIP-814), or, if it is too old to understand, that its predecessor leads.
   */
  private Joined takenOver(Join request, ClassicMember member, String oldLeader) {
    if (request.supportsSkippingAssignment()) {
      return group.joined(member.memberId(), members.isLeader(member.memberId()));
    }
    Joined plain = group.joined(member.memberId(), false);
    return new Joined(
        plain.error(),
        plain.generation(),
        plain.protocolType(),
        plain.protocolName(),
        oldLeader,
        false,
        plain.memberId(),
        List.of());
  }
}
