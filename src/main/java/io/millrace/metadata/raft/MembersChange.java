package io.millrace.metadata.raft;

import io.microraft.Ordered;
import io.microraft.RaftNode;
import io.microraft.exception.CannotReplicateException;
import io.microraft.exception.MismatchingRaftGroupMembersCommitIndexException;
import io.microraft.report.RaftGroupMembers;
import io.microraft.report.RaftLogStats;
import io.microraft.report.RaftNodeReport;
import io.millrace.metadata.LogMembers;
import io.millrace.metadata.MemberId;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.time.Clock;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One change of members on its way, see {@link MembersPlan}.
 *
 * <p>Threading: the thread of Raft; {@link #done} completes there.
 */
final class MembersChange {
  private static final Logger LOGGER = LoggerFactory.getLogger(MembersChange.class);
  private static final long LOOK_AGAIN_MS = 100;
  private static final long NEARLY_ALL_ENTRIES = 100;

  private final RaftNode node;
  private final RaftLoop loop;
  private final Clock clock;
  private final MemberId self;
  private final LogMembers target;
  private final long stepTimeoutMs;
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private long deadlineMs;

  MembersChange(
      RaftReplica replica, Clock clock, MemberId self, LogMembers target, long stepTimeoutMs) {
    this.node = replica.node();
    this.loop = replica.loop();
    this.clock = clock;
    this.self = self;
    this.target = target;
    this.stepTimeoutMs = stepTimeoutMs;
  }

  CompletionStage<Void> done() {
    return done;
  }

  void begin() {
    deadlineMs = clock.millis() + stepTimeoutMs;
    step();
  }

  private void step() {
    RaftGroupMembers committed = node.getCommittedMembers();
    LogMembers now = RaftMember.membersOf(committed.getMembers(), committed.getVotingMembers());
    Set<MemberId> founders = RaftMember.idsOf(node.getInitialMembers().getMembers());
    MembersPlan.Next next =
        MembersPlan.next(now, target, self, founders::contains, this::hasCaughtUp);
    if (next instanceof MembersPlan.Change change) {
      carryOut(change, committed.getLogIndex());
    } else if (next instanceof MembersPlan.AwaitCatchUp await) {
      lookAgain("member " + await.member() + " has not caught up");
    } else {
      done.complete(null);
    }
  }

  private boolean hasCaughtUp(MemberId member) {
    AtomicReference<@Nullable RaftLogStats> stats = new AtomicReference<>();
    loop.inline(
        () -> {
          CompletionStage<Ordered<RaftNodeReport>> reported = node.getReport();
          reported.thenAccept(report -> stats.set(report.getResult().getLog()));
        });
    RaftLogStats log = stats.get();
    Long match = log == null ? null : log.getFollowerMatchIndices().get(new RaftMember(member));
    return log != null
        && match != null
        && match > 0
        && match >= log.getCommitIndex() - NEARLY_ALL_ENTRIES;
  }

  private void carryOut(MembersPlan.Change change, long membersIndex) {
    LOGGER.info("metadata log: {} {}", change.mode(), change.member());
    CompletionStage<Ordered<RaftGroupMembers>> changed =
        node.changeMembership(new RaftMember(change.member()), change.mode(), membersIndex);
    changed.whenComplete(
        (ordered, error) -> {
          if (error == null) {
            loop.submit(this::begin);
          } else {
            onRefused(change, error);
          }
        });
  }

  private void onRefused(MembersPlan.Change change, Throwable error) {
    if (error instanceof CannotReplicateException
        || error instanceof MismatchingRaftGroupMembersCommitIndexException) {
      lookAgain(change.member() + ": " + error.getMessage());
    } else if (error instanceof IllegalArgumentException
        || error instanceof IllegalStateException) {
      done.completeExceptionally(
          new StreamException(
              ErrorCode.INVALID_REQUEST,
              "the voters cannot be changed to " + target + ": " + error.getMessage(),
              error));
    } else {
      done.completeExceptionally(LogErrors.of(error));
    }
  }

  private void lookAgain(@Nullable String why) {
    if (clock.millis() >= deadlineMs) {
      done.completeExceptionally(
          new StreamException(
              ErrorCode.REQUEST_TIMED_OUT,
              "the voters were not changed to "
                  + target
                  + " within "
                  + stepTimeoutMs
                  + " ms (metadata.raft.learner.timeout.ms): "
                  + why));
    } else if (node.getTerm().getLeaderEndpoint() == null
        || !RaftMember.idOf(node.getTerm().getLeaderEndpoint()).equals(self)) {
      done.completeExceptionally(LogErrors.notLeader());
    } else {
      loop.schedule(this::step, LOOK_AGAIN_MS, TimeUnit.MILLISECONDS);
    }
  }
}
