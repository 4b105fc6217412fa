package io.millrace.group;

import io.millrace.group.GroupRecord.ClassicPart;
import io.millrace.group.GroupRecord.ConsumerMemberValue;
import io.millrace.group.GroupRecord.ReconciliationState;
import io.millrace.group.MemberTimers.Wait;
import io.millrace.group.MemberUpdate.Heard;
import io.millrace.model.ErrorCode;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse.Done;
import io.millrace.model.group.GroupResponse.Joined;
import io.millrace.model.group.GroupResponse.Synced;
import io.millrace.model.group.SubscriptionCodec.Subscription;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Members of the classic protocol in a group that the server assigns to (KIP-848, "Migration"). To
 * them every group epoch is a generation without a leader: a heartbeat tells them to join again,
 * the join says what they own and is one step towards the target, the sync hands out what they may
 * own then. A member that has to give something up first joins twice, as in a cooperative
 * rebalance.
 */
final class ClassicMembership {
  private final ConsumerGroup group;
  private final ConsumerGroupState state;
  private final MemberUpdate update;
  private final GroupContext context;

  ClassicMembership(ConsumerGroup group, MemberUpdate update, GroupContext context) {
    this.group = group;
    this.state = group.durable();
    this.update = update;
    this.context = context;
  }

  Joined join(Turn turn, GroupRequest.Join request) {
    String said = request.member().memberId();
    GroupError error = check(request);
    if (error.isError()) {
      return Joined.refused(error, said);
    }
    Optional<Subscription> subscription =
        context.subscriptions().subscription(request.protocols().get(0).metadata());
    if (subscription.isEmpty()) {
      return Joined.refused(
          new GroupError(
              ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
              "the metadata of strategy "
                  + request.protocols().get(0).name()
                  + " is not a consumer's subscription"),
          said);
    }
    String memberId = said.isEmpty() ? newMemberId(request) : said;
    boolean isDynamic = request.member().instanceId().isEmpty();
    if (said.isEmpty() && isDynamic && request.requireKnownMemberId()) {
      return Joined.refused(GroupError.of(ErrorCode.MEMBER_ID_REQUIRED), memberId);
    }
    return isDynamic
        ? joinDynamic(turn, request, memberId, subscription.get())
        : joinStatic(turn, request, memberId, subscription.get());
  }

  private Joined joinDynamic(
      Turn turn, GroupRequest.Join request, String memberId, Subscription subscription) {
    ConsumerMember known = state.find(memberId);
    if (known != null) {
      return proceed(turn, request, known, null, subscription);
    }
    return joinNew(turn, request, memberId, subscription);
  }

  private Joined joinStatic(
      Turn turn, GroupRequest.Join request, String memberId, Subscription subscription) {
    ConsumerMember holder = request.member().instanceId().map(state::findStatic).orElse(null);
    boolean comesBack = request.member().memberId().isEmpty();
    if (holder == null) {
      return comesBack
          ? joinNew(turn, request, memberId, subscription)
          : Joined.refused(GroupError.of(ErrorCode.UNKNOWN_MEMBER_ID), memberId);
    }
    if (!comesBack) {
      return holder.memberId().equals(memberId)
          ? proceed(turn, request, holder, null, subscription)
          : Joined.refused(GroupError.of(ErrorCode.FENCED_INSTANCE_ID), memberId);
    }
    if (!holder.isClassic() && state.classicMembers() == state.size() - 1) {
      // It was the last that needs this kind of group: the others, and it, go on in a classic one.
      group
          .removal()
          .remove(
              turn, List.of(holder), Causes.left(holder.memberId(), holder.told().origin(), ""));
      return Joined.refused(GroupError.of(ErrorCode.REBALANCE_IN_PROGRESS), "");
    }
    group.timers().forget(holder.memberId());
    ConsumerMember successor =
        new ConsumerMember(memberId, holder.told(), holder.progress().handedOver());
    return proceed(turn, request, successor, holder.memberId(), subscription);
  }

  private Joined joinNew(
      Turn turn, GroupRequest.Join request, String memberId, Subscription subscription) {
    if (state.size() >= context.consumerConfig().maxSize()) {
      return Joined.refused(GroupError.of(ErrorCode.GROUP_MAX_SIZE_REACHED), memberId);
    }
    ConsumerMember fresh =
        new ConsumerMember(memberId, told(request, subscription), MemberProgress.NEW);
    return proceed(turn, request, fresh, null, subscription);
  }

  private Joined proceed(
      Turn turn,
      GroupRequest.Join request,
      ConsumerMember base,
      @Nullable String predecessor,
      Subscription subscription) {
    group.beginChange(turn);
    boolean isNew = predecessor == null && !state.hasMember(base.memberId());
    ConsumerMember after =
        update.apply(
            turn,
            new Heard(
                base,
                isNew,
                predecessor,
                told(request, subscription),
                PartitionNames.toIds(subscription.ownedPartitions(), turn.image())));
    MemberTimers timers = group.timers();
    timers.stop(after.memberId(), Wait.JOIN);
    timers.stop(after.memberId(), Wait.REVOCATION);
    timers.start(turn.nowNanos(), after.memberId(), Wait.SYNC, request.rebalanceTimeoutMs());
    group.keepAlive(turn, after);
    return new Joined(
        GroupError.NONE,
        after.memberEpoch(),
        ClassicGroup.CONSUMER_PROTOCOL,
        request.protocols().get(0).name(),
        "",
        false,
        after.memberId(),
        List.of());
  }

  private static ConsumerMemberValue told(GroupRequest.Join request, Subscription subscription) {
    return new ConsumerMemberValue(
        request.member().instanceId(),
        subscription.rackId(),
        request.origin(),
        request.rebalanceTimeoutMs(),
        subscription.topics().stream().distinct().sorted().toList(),
        "",
        "",
        Optional.of(new ClassicPart(request.sessionTimeoutMs(), request.protocols())));
  }

  Synced sync(Turn turn, GroupRequest.Sync request) {
    ConsumerMember member = find(request.member());
    GroupError error = checkClassic(request.member(), member, request.generation());
    if (member == null || member.classic().isEmpty() || error.isError()) {
      return Synced.refused(error);
    }
    ClassicPart classic = member.classic().get();
    String protocolName = classic.protocols().get(0).name();
    if ((request.protocolType() != null
            && !request.protocolType().equals(ClassicGroup.CONSUMER_PROTOCOL))
        || (request.protocolName() != null && !request.protocolName().equals(protocolName))) {
      return Synced.refused(GroupError.of(ErrorCode.INCONSISTENT_GROUP_PROTOCOL));
    }
    if (mustJoinForNewEpoch(member)) {
      awaitJoin(turn, member);
      return Synced.refused(GroupError.of(ErrorCode.REBALANCE_IN_PROGRESS));
    }
    group.timers().stop(member.memberId(), Wait.SYNC);
    group.keepAlive(turn, member);
    int version =
        context
            .subscriptions()
            .subscription(classic.protocols().get(0).metadata())
            .map(Subscription::version)
            .orElse(0);
    return new Synced(
        GroupError.NONE,
        ClassicGroup.CONSUMER_PROTOCOL,
        protocolName,
        context
            .subscriptions()
            .assignment(
                PartitionNames.toNames(member.progress().assigned(), turn.image()), version));
  }

  Done heartbeat(Turn turn, GroupRequest.Heartbeat request) {
    ConsumerMember member = find(request.member());
    GroupError error = checkClassic(request.member(), member, request.generation());
    if (member == null || error.isError()) {
      return new Done(error);
    }
    group.keepAlive(turn, member);
    if (member.memberEpoch() < state.epoch()
        || member.progress().state() == ReconciliationState.UNREVOKED_PARTITIONS
        || (member.progress().state() == ReconciliationState.UNRELEASED_PARTITIONS
            && isAllFree(member))) {
      awaitJoin(turn, member);
      return new Done(GroupError.of(ErrorCode.REBALANCE_IN_PROGRESS));
    }
    return new Done(GroupError.NONE);
  }

  /** One that gives up partitions has joined for the epoch already, and does so once more. */
  private boolean mustJoinForNewEpoch(ConsumerMember member) {
    return member.memberEpoch() < state.epoch()
        && member.progress().state() != ReconciliationState.UNREVOKED_PARTITIONS;
  }

  private void awaitJoin(Turn turn, ConsumerMember member) {
    group
        .timers()
        .startUnlessRunning(
            turn.nowNanos(), member.memberId(), Wait.JOIN, member.told().rebalanceTimeoutMs());
  }

  private boolean isAllFree(ConsumerMember member) {
    boolean[] isFree = {true};
    state
        .target(member.memberId())
        .minus(member.progress().assigned())
        .forEach(
            (topicId, partition) -> {
              String owner = state.owner(topicId, partition);
              isFree[0] &= owner == null || owner.equals(member.memberId());
            });
    return isFree[0];
  }

  private @Nullable ConsumerMember find(GroupRequest.Member who) {
    return who.instanceId().isPresent()
        ? state.findStatic(who.instanceId().get())
        : state.find(who.memberId());
  }

  private static GroupError checkClassic(
      GroupRequest.Member who, @Nullable ConsumerMember member, int generation) {
    if (member == null) {
      return GroupError.of(ErrorCode.UNKNOWN_MEMBER_ID);
    }
    if (!member.memberId().equals(who.memberId())) {
      return GroupError.of(ErrorCode.FENCED_INSTANCE_ID);
    }
    if (!member.isClassic()) {
      return new GroupError(
          ErrorCode.UNKNOWN_MEMBER_ID,
          "member " + who.memberId() + " does not speak the classic protocol");
    }
    return member.checkEpoch(generation);
  }

  private GroupError check(GroupRequest.Join request) {
    GroupConfig config = context.config();
    if (request.sessionTimeoutMs() < config.minSessionTimeoutMs()
        || request.sessionTimeoutMs() > config.maxSessionTimeoutMs()) {
      return GroupError.of(ErrorCode.INVALID_SESSION_TIMEOUT);
    }
    boolean isConsumer = request.protocolType().equals(ClassicGroup.CONSUMER_PROTOCOL);
    if (!isConsumer
        || request.protocols().isEmpty()
        || !ClassicProtocols.haveOneInCommon(state.members(), request)) {
      return GroupError.of(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    }
    return GroupError.NONE;
  }

  private String newMemberId(GroupRequest.Join request) {
    String prefix = request.member().instanceId().orElseGet(() -> request.origin().clientId());
    return prefix + "-" + context.ids().get();
  }
}
