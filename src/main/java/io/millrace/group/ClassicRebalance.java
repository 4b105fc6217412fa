package io.millrace.group;

import io.millrace.model.ErrorCode;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupResponse;
import io.millrace.model.group.GroupState;
import io.millrace.model.group.OpaqueBytes;
import java.util.List;

/**
 * How a classic group gets from one generation to the next.
 *
 * <pre>
 *              begin                  all joined, or time is up            leader synced
 *   Empty ---+-------> PreparingRebalance -------+-> CompletingRebalance -----------> Stable
 *   Stable --+          |   ^                    |     |                                |
 *                       |   +--------------------|-----+--------------- begin ----------+
 *                       +--> Empty, if nobody is left
 * </pre>
 *
 * The first generation of an empty group waits {@code group.initial.rebalance.delay.ms} for others,
 * and again as long as more of them come, up to the rebalance timeout. Later ones wait for every
 * member until the longest rebalance timeout; who has not joined by then is removed, unless it is
 * static: only its session's end removes that (KIP-345).
 */
final class ClassicRebalance {
  private final ClassicGroup group;
  private final ClassicMembers members;
  private final GroupConfig config;
  private final Timers.Timer joinTimer;
  private final Timers.Timer syncTimer;
  private boolean isInitial;
  private boolean othersCame;
  private long delayLeftMs;
  private int moreCauses;
  private int joinTimeoutMs;

  ClassicRebalance(ClassicGroup group, ClassicMembers members, GroupContext context) {
    this.group = group;
    this.members = members;
    this.config = context.config();
    this.joinTimer = context.timers().newTimer(this::onJoinTimeout);
    this.syncTimer = context.timers().newTimer(this::onSyncTimeout);
  }

  void stop() {
    joinTimer.stop();
    syncTimer.stop();
  }

  /** Somebody came to the group for the first time. */
  void onMemberAdded() {
    othersCame |= group.state() == GroupState.PREPARING_REBALANCE && group.generation() == 0;
  }

  /** Begins a rebalance, or adds a cause to the one that is under way. */
  void begin(Turn turn, String cause) {
    if (group.state() == GroupState.PREPARING_REBALANCE) {
      moreCauses++;
      completeIfAllJoined(turn);
      return;
    }
    refuseSyncs(turn);
    syncTimer.stop();
    isInitial = group.state() == GroupState.EMPTY;
    moreCauses = 0;
    group.toPreparing(cause);
    if (isInitial) {
      othersCame = false;
      delayLeftMs =
          Math.max(0, members.longestRebalanceTimeoutMs() - config.initialRebalanceDelayMs());
      joinTimer.startAt(GroupContext.after(turn, config.initialRebalanceDelayMs()));
    } else {
      waitForMembers(turn);
      completeIfAllJoined(turn);
    }
  }

  private void waitForMembers(Turn turn) {
    joinTimeoutMs = members.longestRebalanceTimeoutMs();
    joinTimer.startAt(GroupContext.after(turn, joinTimeoutMs));
  }

  private void refuseSyncs(Turn turn) {
    if (group.state() == GroupState.COMPLETING_REBALANCE) {
      GroupError error = GroupError.of(ErrorCode.REBALANCE_IN_PROGRESS);
      for (ClassicMember member : members.all()) {
        member.assign(OpaqueBytes.EMPTY);
        if (member.awaitsSyncReply()) {
          member.answerSync(turn, GroupResponse.Synced.refused(error));
          member.restartSession(turn);
        }
      }
    }
  }

  /** Begins the next generation if everyone is there and it is not held back for more to come. */
  void completeIfAllJoined(Turn turn) {
    if (group.state() == GroupState.PREPARING_REBALANCE && !isInitial && members.haveAllJoined()) {
      complete(turn);
    }
  }

  private void onJoinTimeout(Turn turn) {
    if (isInitial && othersCame && delayLeftMs > 0) {
      othersCame = false;
      long delayMs = Math.min(config.initialRebalanceDelayMs(), delayLeftMs);
      delayLeftMs = Math.max(0, delayLeftMs - config.initialRebalanceDelayMs());
      joinTimer.startAt(GroupContext.after(turn, delayMs));
    } else {
      complete(turn);
    }
  }

  private void complete(Turn turn) {
    joinTimer.stop();
    String slow = removeSlow();
    if (!members.isEmpty() && !members.electJoinedLeader()) {
      // Only static members that have not come back: their sessions decide.
      waitForMembers(turn);
      return;
    }
    isInitial = false;
    group.addToCause(moreCauses, slow);
    if (members.isEmpty()) {
      group.toEmpty(turn);
    } else {
      group.toCompleting();
      answerJoins(turn);
      syncTimer.startAt(GroupContext.after(turn, members.longestRebalanceTimeoutMs()));
    }
  }

  /** Removes who should have joined and did not; says who that was, or nothing. */
  private String removeSlow() {
    List<ClassicMember> slow =
        members.all().stream().filter(member -> !member.hasJoined() && !member.isStatic()).toList();
    slow.forEach(members::remove);
    return slow.isEmpty() ? "" : Causes.slow(slow, joinTimeoutMs);
  }

  private void answerJoins(Turn turn) {
    for (ClassicMember member : members.all()) {
      if (member.hasJoined()) {
        member.answerJoin(turn, group.joined(member.memberId(), false));
        member.oweSync();
        member.restartSession(turn);
      }
    }
  }

  private void onSyncTimeout(Turn turn) {
    List<ClassicMember> missing = members.all().stream().filter(ClassicMember::isSyncOwed).toList();
    if (!missing.isEmpty()) {
      String cause = Causes.neverSynced(missing, members.longestRebalanceTimeoutMs());
      missing.forEach(members::remove);
      begin(turn, cause);
    }
  }

  /** Nobody owes a sync any more. */
  void onStable() {
    if (members.all().stream().noneMatch(ClassicMember::isSyncOwed)) {
      syncTimer.stop();
    }
  }

  /** Takes a member out, answering what it waits for, and goes on without it. */
  void remove(Turn turn, ClassicMember member, String cause) {
    removeQuietly(turn, member);
    goOnWithout(turn, cause);
  }

  /** The same for one of several; {@link #goOnWithout} follows once. */
  void removeQuietly(Turn turn, ClassicMember member) {
    GroupError gone = GroupError.of(ErrorCode.UNKNOWN_MEMBER_ID);
    member.answerJoin(turn, GroupResponse.Joined.refused(gone, member.memberId()));
    member.answerSync(turn, GroupResponse.Synced.refused(gone));
    members.remove(member);
  }

  void goOnWithout(Turn turn, String cause) {
    switch (group.state()) {
      case STABLE, COMPLETING_REBALANCE -> begin(turn, cause);
      case PREPARING_REBALANCE -> {
        moreCauses++;
        completeIfAllJoined(turn);
      }
      default -> {
        // An empty group has nothing to move.
      }
    }
  }
}
