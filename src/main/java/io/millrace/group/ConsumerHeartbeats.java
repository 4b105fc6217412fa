package io.millrace.group;

import io.millrace.group.GroupRecord.ConsumerMemberValue;
import io.millrace.group.MemberTimers.Wait;
import io.millrace.group.MemberUpdate.Heard;
import io.millrace.model.ErrorCode;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest.ConsumerHeartbeat;
import io.millrace.model.group.GroupResponse.ConsumerHeartbeatDone;
import io.millrace.model.group.TopicPartitions;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The consumer protocol's heartbeats of one group: joins, signs of life, leaves. That the request
 * follows {@link HeartbeatRules} has been checked.
 */
final class ConsumerHeartbeats {
  private final ConsumerGroup group;
  private final ConsumerGroupState state;
  private final MemberUpdate update;
  private final ConsumerGroupConfig config;
  private final GroupContext context;

  ConsumerHeartbeats(ConsumerGroup group, MemberUpdate update, GroupContext context) {
    this.group = group;
    this.state = group.durable();
    this.update = update;
    this.config = context.consumerConfig();
    this.context = context;
  }

  ConsumerHeartbeatDone handle(Turn turn, ConsumerHeartbeat request) {
    if (request.memberEpoch() == MemberProgress.LEAVING
        || request.memberEpoch() == MemberProgress.LEFT_FOR_A_WHILE) {
      return leave(turn, request);
    }
    if (request.memberEpoch() == MemberProgress.JOINING) {
      return join(turn, request);
    }
    ConsumerMember member = find(request);
    GroupError error = checkIsHere(request, member);
    if (member == null || error.isError()) {
      return ConsumerHeartbeatDone.refused(error);
    }
    return proceed(turn, request, member, false, null);
  }

  private ConsumerHeartbeatDone join(Turn turn, ConsumerHeartbeat request) {
    String memberId = request.member().memberId();
    if (memberId.isEmpty()) {
      memberId = context.ids().get().toString();
    }
    ConsumerMember known = state.find(memberId);
    ConsumerMember holder = request.member().instanceId().map(state::findStatic).orElse(null);
    if (holder != null && !holder.memberId().equals(memberId)) {
      if (!holder.isClassic() && holder.memberEpoch() != MemberProgress.LEFT_FOR_A_WHILE) {
        return unreleased(holder);
      }
      group.timers().forget(holder.memberId());
      ConsumerMember successor =
          new ConsumerMember(memberId, holder.told(), holder.progress().handedOver());
      return proceed(turn, request, successor, false, holder.memberId());
    }
    if (known != null && known.memberEpoch() == MemberProgress.LEFT_FOR_A_WHILE) {
      return proceed(turn, request, known.with(known.progress().handedOver()), false, null);
    }
    if (known != null) {
      GroupError error = checkEpoch(request, known);
      return error.isError()
          ? ConsumerHeartbeatDone.refused(error)
          : proceed(turn, request, known, false, null);
    }
    if (state.size() >= config.maxSize()) {
      return ConsumerHeartbeatDone.refused(
          new GroupError(
              ErrorCode.GROUP_MAX_SIZE_REACHED,
              "the group has " + state.size() + " members, as many as group.consumer.max.size"));
    }
    ConsumerMember fresh = new ConsumerMember(memberId, nothing(request), MemberProgress.NEW);
    return proceed(turn, request, fresh, true, null);
  }

  private static ConsumerMemberValue nothing(ConsumerHeartbeat request) {
    return new ConsumerMemberValue(
        Optional.empty(),
        Optional.empty(),
        request.origin(),
        0,
        List.of(),
        "",
        "",
        Optional.empty());
  }

  private static ConsumerHeartbeatDone unreleased(ConsumerMember holder) {
    return ConsumerHeartbeatDone.refused(
        new GroupError(
            ErrorCode.UNRELEASED_INSTANCE_ID,
            "member "
                + holder.memberId()
                + " has this group.instance.id and has neither left nor timed out"));
  }

  private ConsumerHeartbeatDone proceed(
      Turn turn,
      ConsumerHeartbeat request,
      ConsumerMember base,
      boolean isNew,
      @Nullable String predecessor) {
    group.beginChange(turn);
    ConsumerMember after =
        update.apply(
            turn,
            new Heard(
                base, isNew, predecessor, told(request, base.told()), request.ownedPartitions()));
    group.keepAlive(turn, after);
    timeRevocation(turn, base, after);
    boolean tells =
        isFull(request) || !after.progress().assigned().equals(base.progress().assigned());
    return new ConsumerHeartbeatDone(
        GroupError.NONE,
        after.memberId(),
        after.memberEpoch(),
        config.heartbeatIntervalMs(),
        tells ? after.progress().assigned().toTopicPartitions() : null);
  }

  /** The time runs from when it was first told to give something up. */
  private void timeRevocation(Turn turn, ConsumerMember before, ConsumerMember after) {
    group.timers().stop(after.memberId(), Wait.JOIN);
    group.timers().stop(after.memberId(), Wait.SYNC);
    if (!ConsumerGroup.isRevoking(after)) {
      group.timers().stop(after.memberId(), Wait.REVOCATION);
    } else if (!after.progress().equals(before.progress())) {
      group
          .timers()
          .start(
              turn.nowNanos(),
              after.memberId(),
              Wait.REVOCATION,
              after.told().rebalanceTimeoutMs());
    }
  }

  /** Who says everything, after it joined or lost an answer, is told everything. */
  private static boolean isFull(ConsumerHeartbeat request) {
    return request.memberEpoch() == MemberProgress.JOINING
        || (request.rebalanceTimeoutMs() >= 0
            && (request.subscribedTopicNames() != null || request.subscribedTopicRegex() != null)
            && request.ownedPartitions() != null);
  }

  /** What it told last, with what it says now in its place. */
  private static ConsumerMemberValue told(ConsumerHeartbeat request, ConsumerMemberValue last) {
    List<String> names = request.subscribedTopicNames();
    String rackId = request.rackId();
    return new ConsumerMemberValue(
        request.member().instanceId().or(last::instanceId),
        rackId == null ? last.rackId() : Optional.of(rackId),
        request.origin(),
        request.rebalanceTimeoutMs() < 0 ? last.rebalanceTimeoutMs() : request.rebalanceTimeoutMs(),
        names == null ? last.subscribedTopicNames() : names.stream().distinct().sorted().toList(),
        Objects.requireNonNullElse(request.subscribedTopicRegex(), last.subscribedTopicRegex()),
        Objects.requireNonNullElse(request.serverAssignor(), last.serverAssignor()),
        Optional.empty());
  }

  private ConsumerHeartbeatDone leave(Turn turn, ConsumerHeartbeat request) {
    ConsumerMember member = find(request);
    GroupError error = checkIdentity(request, member);
    if (member == null || error.isError()) {
      return ConsumerHeartbeatDone.refused(error);
    }
    if (request.memberEpoch() == MemberProgress.LEFT_FOR_A_WHILE) {
      // Its session goes on: it has to be back before that ends.
      group.beginChange(turn);
      group.timers().stop(member.memberId(), Wait.REVOCATION);
      turn.append(
          new GroupRecord.CurrentAssignmentStored(
              group.groupId(), member.memberId(), member.progress().leftForAWhile().toValue()));
    } else {
      group
          .removal()
          .remove(
              turn, List.of(member), Causes.left(member.memberId(), member.told().origin(), ""));
    }
    return new ConsumerHeartbeatDone(
        GroupError.NONE, member.memberId(), request.memberEpoch(), 0, null);
  }

  private @Nullable ConsumerMember find(ConsumerHeartbeat request) {
    return request.member().instanceId().isPresent()
        ? state.findStatic(request.member().instanceId().get())
        : state.find(request.member().memberId());
  }

  private static GroupError checkIdentity(
      ConsumerHeartbeat request, @Nullable ConsumerMember member) {
    if (member == null) {
      return GroupError.of(ErrorCode.UNKNOWN_MEMBER_ID);
    }
    return member.memberId().equals(request.member().memberId())
        ? GroupError.NONE
        : GroupError.of(ErrorCode.FENCED_INSTANCE_ID);
  }

  private static GroupError checkIsHere(
      ConsumerHeartbeat request, @Nullable ConsumerMember member) {
    GroupError error = checkIdentity(request, member);
    return member == null || error.isError() ? error : checkEpoch(request, member);
  }

  /**
   * A member may be one answer behind, if what it owns is what that answer would have left it: then
   * the answer was lost. Anybody else has to begin again.
   */
  private static GroupError checkEpoch(ConsumerHeartbeat request, ConsumerMember member) {
    int said = request.memberEpoch();
    List<TopicPartitions> owned = request.ownedPartitions();
    MemberProgress progress = member.progress();
    boolean lostAnswer =
        said < progress.memberEpoch()
            && said == progress.previousMemberEpoch()
            && owned != null
            && progress.assigned().containsAll(owned);
    if (said == progress.memberEpoch() || lostAnswer) {
      return GroupError.NONE;
    }
    return new GroupError(
        ErrorCode.FENCED_MEMBER_EPOCH,
        "member "
            + member.memberId()
            + " is at epoch "
            + progress.memberEpoch()
            + ", not "
            + said
            + "; it has to give up its partitions and to join again");
  }
}
