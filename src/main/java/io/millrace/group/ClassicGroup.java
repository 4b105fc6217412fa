package io.millrace.group;

import io.millrace.group.GroupRecord.ClassicGroupStored;
import io.millrace.group.GroupRecord.ClassicGroupValue;
import io.millrace.model.ErrorCode;
import io.millrace.model.TopicName;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupRequest.ClientOrigin;
import io.millrace.model.group.GroupRequest.Protocol;
import io.millrace.model.group.GroupResponse.Described;
import io.millrace.model.group.GroupResponse.Joined;
import io.millrace.model.group.GroupResponse.JoinedMember;
import io.millrace.model.group.GroupState;
import io.millrace.model.group.GroupType;
import io.millrace.model.image.ImageChanges;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A group whose members assign among themselves: one of them, the leader, computes for all, and the
 * coordinator only gathers, counts and hands out.
 *
 * <p>What a restarted coordinator goes on with is stored whenever a generation becomes stable or
 * the group empty. A generation that was under way is lost with the coordinator; its members, who
 * still wait, ask again.
 *
 * <p>Holds: the members of a stable group have assignments of its generation and of no other.
 */
final class ClassicGroup implements Group {
  static final String CONSUMER_PROTOCOL = "consumer";

  private final String groupId;
  private final GroupContext context;
  private final ClassicMembers members = new ClassicMembers();
  private final ClassicRebalance rebalance;
  private final ClassicJoins joins;
  private final ClassicSyncs syncs;
  private final ClassicLeaves leaves;
  private final ClassicTopics topics;
  private final ClassicPositions positions;
  private GroupState state = GroupState.EMPTY;
  private int generation;
  private String protocolType = "";
  private @Nullable String protocolName;
  private long sinceMs;
  private String cause = "";

  ClassicGroup(String groupId, GroupContext context) {
    this.groupId = groupId;
    this.context = context;
    this.rebalance = new ClassicRebalance(this, members, context);
    this.joins = new ClassicJoins(this, members, rebalance, context);
    this.syncs = new ClassicSyncs(this, members, rebalance);
    this.leaves = new ClassicLeaves(this, members, rebalance);
    this.topics = new ClassicTopics(context.subscriptions());
    this.positions = new ClassicPositions(this, topics);
  }

  /** The group as it was stored; {@link #start} follows. */
  static ClassicGroup of(String groupId, ClassicGroupValue value, GroupContext context) {
    ClassicGroup group = new ClassicGroup(groupId, context);
    group.protocolType = value.protocolType();
    group.generation = value.generation();
    group.protocolName = value.protocolName();
    group.sinceMs = value.sinceMs();
    group.cause = value.rebalanceCause();
    group.state = value.members().isEmpty() ? GroupState.EMPTY : GroupState.STABLE;
    ClassicRecords.members(value, group).forEach(group.members::add);
    group.members.setLeader(value.members().isEmpty() ? null : value.leaderId());
    group.topics.update(group);
    return group;
  }

  @Override
  public String groupId() {
    return groupId;
  }

  @Override
  public GroupType type() {
    return GroupType.CLASSIC;
  }

  @Override
  public GroupState state() {
    return state;
  }

  int generation() {
    return generation;
  }

  @Override
  public String protocolType() {
    return protocolType;
  }

  void setProtocolType(String newProtocolType) {
    protocolType = newProtocolType;
  }

  /** The chosen strategy; empty if there is none. */
  String protocolName() {
    return protocolName == null ? "" : protocolName;
  }

  ClassicMembers members() {
    return members;
  }

  ClassicRebalance rebalance() {
    return rebalance;
  }

  /** Since when it is as it was stored, in milliseconds of wall-clock time. */
  long sinceMs() {
    return sinceMs;
  }

  String cause() {
    return cause;
  }

  @Override
  public boolean hasMembers() {
    return !members.isEmpty() || members.hasPending();
  }

  @Override
  public boolean isSubscribedTo(TopicName topic) {
    return topics.contains(topic);
  }

  @Override
  public OptionalLong unusedSinceMs(CommittedPosition position) {
    return positions.unusedSinceMs(position);
  }

  /** Whether this client is the member that it says it is. */
  GroupError checkMember(GroupRequest.Member who) {
    String holder = who.instanceId().map(members::idOf).orElse(null);
    if (who.instanceId().isPresent() && holder != null && !holder.equals(who.memberId())) {
      return GroupError.of(ErrorCode.FENCED_INSTANCE_ID);
    }
    return members.find(who.memberId()) == null || (who.instanceId().isPresent() && holder == null)
        ? GroupError.of(ErrorCode.UNKNOWN_MEMBER_ID)
        : GroupError.NONE;
  }

  GroupError otherGeneration(int said) {
    return new GroupError(
        ErrorCode.ILLEGAL_GENERATION,
        "the group is in generation " + generation + ", the member in " + said + ": join again");
  }

  /** Whether a member that knows these strategies can be in it. */
  boolean accepts(String type, List<Protocol> protocols) {
    if (state == GroupState.EMPTY) {
      return !type.isEmpty() && !protocols.isEmpty();
    }
    return type.equals(protocolType) && members.supportAnyOf(protocols);
  }

  @Override
  public GroupError checkCommit(Turn turn, GroupRequest.CommitOffsets request) {
    return positions.checkCommit(turn, request);
  }

  @Override
  public GroupError checkFetch(GroupRequest.FetchOffsets request) {
    return GroupError.NONE;
  }

  @Override
  public GroupError checkOffsetDelete() {
    return positions.checkDelete();
  }

  @Override
  public void join(Turn turn, long requestId, GroupRequest.Join request) {
    joins.join(turn, requestId, request);
  }

  @Override
  public void sync(Turn turn, long requestId, GroupRequest.Sync request) {
    syncs.sync(turn, requestId, request);
  }

  @Override
  public void heartbeat(Turn turn, long requestId, GroupRequest.Heartbeat request) {
    syncs.heartbeat(turn, requestId, request);
  }

  @Override
  public void leave(Turn turn, long requestId, GroupRequest.Leave request) {
    leaves.leave(turn, requestId, request);
  }

  @Override
  public Described describe() {
    return ClassicRecords.described(this);
  }

  @Override
  public void delete(Turn turn) {
    turn.append(new ClassicGroupStored(groupId, null));
  }

  @Override
  public void onImage(Turn turn, ImageChanges changes) {
    // Classic clients watch the topics themselves and join again when partitions are added.
  }

  @Override
  public void start(long nowNanos) {
    members.all().forEach(member -> member.startSessionAt(nowNanos));
    if (members.size() > context.config().maxSize()) {
      String tooLarge = Causes.tooLarge(members.size(), context.config().maxSize());
      context.atNextTurn(turn -> rebalance.begin(turn, tooLarge));
    } else if (state == GroupState.STABLE && members.leaderId() == null) {
      // It was made of a group that the server assigned to, and what somebody left is nobody's yet.
      String unfinished = cause;
      context.atNextTurn(turn -> rebalance.begin(turn, unfinished));
    }
  }

  @Override
  public void stop() {
    rebalance.stop();
    members.stop();
  }

  @Override
  public void forget(long requestId) {
    for (ClassicMember member : members.all()) {
      if (member.forget(requestId)) {
        // From here on it has to show that it is alive, even while a rebalance waits for others.
        context.atNextTurn(
            turn -> {
              if (members.find(member.memberId()) == member && !member.isExcused()) {
                member.restartSession(turn);
              }
            });
        return;
      }
    }
  }

  void keepAlive(Turn turn, String memberId) {
    ClassicMember member = members.find(memberId);
    if (member != null && !member.isNew()) {
      member.restartSession(turn);
    }
  }

  ClassicMember newMember(
      String memberId,
      Optional<String> instanceId,
      ClientOrigin origin,
      int rebalanceTimeoutMs,
      int sessionTimeoutMs,
      List<Protocol> protocols) {
    return new ClassicMember(
        memberId,
        instanceId,
        origin,
        rebalanceTimeoutMs,
        sessionTimeoutMs,
        protocols,
        context.timers().newTimer(turn -> onSessionEnd(turn, memberId)));
  }

  private void onSessionEnd(Turn turn, String memberId) {
    ClassicMember member = members.find(memberId);
    if (member == null) {
      return;
    }
    if (member.isExcused()) {
      member.restartSession(turn);
    } else {
      rebalance.remove(turn, member, Causes.silent(member));
    }
  }

  /** What a member is told when its generation has begun; the leader learns who else is in it. */
  Joined joined(String memberId, boolean skipAssignment) {
    List<JoinedMember> others =
        members.isLeader(memberId) ? ClassicRecords.forLeader(this) : List.of();
    return new Joined(
        GroupError.NONE,
        generation,
        protocolType,
        protocolName(),
        Objects.requireNonNullElse(members.leaderId(), ""),
        skipAssignment,
        memberId,
        others);
  }

  void toPreparing(String newCause) {
    state = GroupState.PREPARING_REBALANCE;
    cause = newCause;
  }

  /** What else happened meanwhile. */
  void addToCause(int moreCauses, String slow) {
    String counted = moreCauses == 0 ? "" : "; " + moreCauses + " more joined, left or changed";
    cause = cause + counted + (slow.isEmpty() ? "" : "; " + slow);
  }

  void toCompleting() {
    generation++;
    protocolName = members.voteForProtocol();
    state = GroupState.COMPLETING_REBALANCE;
    topics.update(this);
  }

  void toStable(Turn turn) {
    state = GroupState.STABLE;
    store(turn);
  }

  void toEmpty(Turn turn) {
    generation++;
    protocolName = null;
    members.setLeader(null);
    state = GroupState.EMPTY;
    topics.update(this);
    store(turn);
  }

  void store(Turn turn) {
    sinceMs = turn.stampMs();
    turn.append(new ClassicGroupStored(groupId, ClassicRecords.valueOf(this)));
  }
}
