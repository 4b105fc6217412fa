package io.millrace.group;

import io.millrace.group.GroupRecord.ReconciliationState;
import io.millrace.group.MemberTimers.Wait;
import io.millrace.model.ErrorCode;
import io.millrace.model.TopicName;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse.Described;
import io.millrace.model.group.GroupState;
import io.millrace.model.group.GroupType;
import io.millrace.model.image.ImageChanges;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A group that the server assigns to (KIP-848), in which members of the classic protocol may be as
 * well.
 *
 * <p>Its durable state is changed by {@link ConsumerGroupState replay} alone, after the turn. So at
 * most one change is decided in a turn: a second would be judged by what is no longer so.
 */
final class ConsumerGroup implements Group {
  private final String groupId;
  private final ConsumerGroupConfig config;
  private final ConsumerGroupState state = new ConsumerGroupState();
  private final TopicSubscriptions subscriptions = new TopicSubscriptions();
  private final Assignors assignors;
  private final MemberTimers timers;
  private final MemberRemoval removal;
  private final ConsumerHeartbeats heartbeats;
  private final ClassicMembership classic;
  private @Nullable Turn changedIn;

  ConsumerGroup(String groupId, GroupContext context, Migration migration) {
    this.groupId = groupId;
    this.config = context.consumerConfig();
    this.assignors = context.assignors();
    this.timers = new MemberTimers(context.timers(), this::onTimeout);
    this.removal = new MemberRemoval(this, migration);
    MemberUpdate update =
        new MemberUpdate(
            groupId,
            state,
            subscriptions,
            new TargetAssignment(groupId, state, subscriptions, context.assignors()));
    this.heartbeats = new ConsumerHeartbeats(this, update, context);
    this.classic = new ClassicMembership(this, update, context);
  }

  @Override
  public String groupId() {
    return groupId;
  }

  @Override
  public GroupType type() {
    return GroupType.CONSUMER;
  }

  @Override
  public GroupState state() {
    return state.groupState();
  }

  @Override
  public String protocolType() {
    return ClassicGroup.CONSUMER_PROTOCOL;
  }

  @Override
  public boolean hasMembers() {
    return !state.isEmpty();
  }

  ConsumerGroupState durable() {
    return state;
  }

  MemberTimers timers() {
    return timers;
  }

  MemberRemoval removal() {
    return removal;
  }

  /** To be called before anything is appended. */
  void beginChange(Turn turn) {
    if (changedIn == turn) {
      throw new IllegalStateException("group " + groupId + " is changed twice in one turn");
    }
    changedIn = turn;
  }

  @Override
  public boolean isSubscribedTo(TopicName topic) {
    return state.allTold().stream().anyMatch(member -> subscriptions.wants(member, topic));
  }

  @Override
  public OptionalLong unusedSinceMs(CommittedPosition position) {
    // Its last change is when its last member left; with members, nobody reads that topic now.
    return state.isEmpty()
        ? OptionalLong.of(Math.max(state.sinceMs(), position.commitTimestampMs()))
        : OptionalLong.of(position.commitTimestampMs());
  }

  @Override
  public GroupError checkCommit(Turn turn, GroupRequest.CommitOffsets request) {
    if (request.generation() < 0 && state.isEmpty()) {
      return GroupError.NONE;
    }
    GroupError error = checkPositions(request.member(), request.generation());
    ConsumerMember member = state.find(request.member().memberId());
    if (!error.isError() && member != null && member.isClassic()) {
      keepAlive(turn, member);
    }
    return error;
  }

  @Override
  public GroupError checkFetch(GroupRequest.FetchOffsets request) {
    GroupRequest.Member member = request.member();
    return member == null || request.memberEpoch() < 0
        ? GroupError.NONE
        : checkPositions(member, request.memberEpoch());
  }

  private GroupError checkPositions(GroupRequest.Member who, int epoch) {
    ConsumerMember member = state.find(who.memberId());
    if (member == null) {
      return new GroupError(
          ErrorCode.UNKNOWN_MEMBER_ID,
          "there is no member '"
              + who.memberId()
              + "' in the group, and it has members: only they may commit");
    }
    return member.checkEpoch(epoch);
  }

  @Override
  public GroupError checkOffsetDelete() {
    return GroupError.NONE;
  }

  void consumerHeartbeat(Turn turn, long requestId, GroupRequest.ConsumerHeartbeat request) {
    turn.reply(requestId, heartbeats.handle(turn, request));
  }

  @Override
  public void join(Turn turn, long requestId, GroupRequest.Join request) {
    turn.reply(requestId, classic.join(turn, request));
  }

  @Override
  public void sync(Turn turn, long requestId, GroupRequest.Sync request) {
    turn.reply(requestId, classic.sync(turn, request));
  }

  @Override
  public void heartbeat(Turn turn, long requestId, GroupRequest.Heartbeat request) {
    turn.reply(requestId, classic.heartbeat(turn, request));
  }

  @Override
  public void leave(Turn turn, long requestId, GroupRequest.Leave request) {
    turn.reply(requestId, removal.leave(turn, request));
  }

  @Override
  public Described describe() {
    return ConsumerGroupDescription.of(this);
  }

  @Override
  public void delete(Turn turn) {
    Migration.appendTombstones(turn, groupId, List.of());
  }

  /** Takes a record of this group in; those of positions and of classic groups are not its own. */
  void replay(GroupRecord record) {
    if (record instanceof GroupRecord.ConsumerGroupEpoch epoch) {
      state.replay(epoch);
    } else if (record instanceof GroupRecord.ConsumerMemberStored member) {
      state.replay(member);
    } else if (record instanceof GroupRecord.TargetAssignmentEpoch epoch) {
      state.replay(epoch);
    } else if (record instanceof GroupRecord.TargetAssignmentStored target) {
      state.replay(target);
    } else if (record instanceof GroupRecord.CurrentAssignmentStored current) {
      state.replay(current);
    }
  }

  /** The assignor that the members of now chose. */
  String assignorName() {
    return assignors.chosenBy(state.allTold()).name();
  }

  @Override
  public void onImage(Turn turn, ImageChanges changes) {
    // Members hear of it in answers to their heartbeats, so that is when the target is checked.
  }

  @Override
  public void start(long nowNanos) {
    for (ConsumerMember member : state.members()) {
      timers.start(nowNanos, member.memberId(), Wait.HEARTBEAT, sessionTimeoutMs(member));
      if (isRevoking(member)) {
        timers.start(
            nowNanos, member.memberId(), Wait.REVOCATION, member.told().rebalanceTimeoutMs());
      }
    }
  }

  @Override
  public void stop() {
    timers.stopAll();
  }

  @Override
  public void forget(long requestId) {
    // Every request is answered in its turn: there is nobody who waits.
  }

  /** It was heard of, and has its session timeout again from now. */
  void keepAlive(Turn turn, ConsumerMember member) {
    timers.start(turn.nowNanos(), member.memberId(), Wait.HEARTBEAT, sessionTimeoutMs(member));
  }

  private int sessionTimeoutMs(ConsumerMember member) {
    return member
        .classic()
        .map(GroupRecord.ClassicPart::sessionTimeoutMs)
        .orElse(config.sessionTimeoutMs());
  }

  /** Those of the classic protocol have other limits to what they do in a rebalance. */
  static boolean isRevoking(ConsumerMember member) {
    return !member.isClassic()
        && member.progress().state() == ReconciliationState.UNREVOKED_PARTITIONS;
  }

  private boolean onTimeout(Turn turn, String memberId, Wait wait, long timeoutMs) {
    if (changedIn == turn) {
      return false;
    }
    ConsumerMember member = state.find(memberId);
    if (member != null) {
      removal.remove(
          turn,
          List.of(member),
          Causes.timedOut(memberId, member.told().origin(), wait, timeoutMs));
    }
    return true;
  }
}
