package io.millrace.metadata.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.microraft.MembershipChangeMode;
import io.millrace.metadata.LogMembers;
import io.millrace.metadata.MemberId;
import io.millrace.model.NodeId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MembersPlanTest {
  private static final MemberId A = member(0);
  private static final MemberId B = member(1);
  private static final MemberId C = member(2);
  private static final MemberId D = member(3);
  private static final MemberId E = member(4);

  @Test
  void shouldLearnBeforeItVotes() {
    assertThat(steps(members(Set.of(A)), members(Set.of(A, B, C))))
        .containsExactly("learn 1", "vote 1", "learn 2", "vote 2");
  }

  @Test
  void shouldReplaceADeadVoterOnlyOnceTheNewOneVotes() {
    assertThat(steps(members(Set.of(A, B, C)), members(Set.of(A, B, D))))
        .containsExactly("learn 3", "vote 3", "remove 2");
  }

  @Test
  void shouldTakeOutTheLeaderLast() {
    assertThat(steps(members(Set.of(A, B, C, D, E)), members(Set.of(B, C, D))))
        .containsExactly("remove 4", "remove 0");
  }

  @Test
  void shouldKeepALearnerThatIsWanted() {
    assertThat(steps(members(Set.of(A)), new LogMembers(Set.of(A), Set.of(B))))
        .containsExactly("learn 1");
  }

  @Test
  void shouldTakeOutALearnerInTheWay() {
    LogMembers now = new LogMembers(Set.of(A), Set.of(D, E));
    assertThat(steps(now, members(Set.of(A, B, C))))
        .containsExactly("remove 3", "learn 1", "vote 1", "learn 2", "vote 2", "remove 4");
  }

  @Test
  void shouldPromoteALearnerThatWouldBeInTheWay() {
    LogMembers now = new LogMembers(Set.of(A), Set.of(D, E));
    assertThat(steps(now, members(Set.of(A, B, D, E))))
        .containsExactly("vote 3", "learn 1", "vote 1", "vote 4");
  }

  @Test
  void shouldWaitForALearnerThatIsBehind() {
    // given
    LogMembers now = new LogMembers(Set.of(A), Set.of(B));

    // when
    MembersPlan.Next next =
        MembersPlan.next(now, members(Set.of(A, B)), A, founder -> false, learner -> false);

    // then
    assertThat(next).isEqualTo(new MembersPlan.AwaitCatchUp(B));
  }

  @Test
  void shouldTakeAFounderBackAsAVoter() {
    // when
    MembersPlan.Next next =
        MembersPlan.next(members(Set.of(B)), members(Set.of(A, B)), B, A::equals, learner -> false);

    // then
    assertThat(next)
        .isEqualTo(new MembersPlan.Change(A, MembershipChangeMode.ADD_OR_PROMOTE_TO_FOLLOWER));
  }

  @Test
  void shouldLeaveOutAFounderThatIsToLearn() {
    // when
    MembersPlan.Next next =
        MembersPlan.next(
            members(Set.of(B)),
            new LogMembers(Set.of(B), Set.of(A)),
            B,
            A::equals,
            learner -> false);

    // then
    assertThat(next).isEqualTo(new MembersPlan.Done());
  }

  private static MemberId member(int number) {
    return new MemberId(new NodeId(number), "d");
  }

  private static LogMembers members(Set<MemberId> voters) {
    return new LogMembers(voters, Set.of());
  }

  /** What the plan does until it is done, when each step succeeds. */
  private static List<String> steps(LogMembers from, LogMembers to) {
    List<String> steps = new ArrayList<>();
    LogMembers now = from;
    while (steps.size() < 20) {
      MembersPlan.Next next = MembersPlan.next(now, to, A, founder -> false, learner -> true);
      if (!(next instanceof MembersPlan.Change change)) {
        assertThat(now).isEqualTo(to);
        return steps;
      }
      Set<MemberId> voters = new LinkedHashSet<>(now.voters());
      Set<MemberId> learners = new LinkedHashSet<>(now.learners());
      learners.remove(change.member());
      switch (change.mode()) {
        case ADD_LEARNER -> {
          learners.add(change.member());
          steps.add("learn " + change.member().nodeId());
        }
        case ADD_OR_PROMOTE_TO_FOLLOWER -> {
          voters.add(change.member());
          steps.add("vote " + change.member().nodeId());
        }
        default -> {
          voters.remove(change.member());
          steps.add("remove " + change.member().nodeId());
        }
      }
      now = new LogMembers(voters, learners);
    }
    return steps;
  }
}
