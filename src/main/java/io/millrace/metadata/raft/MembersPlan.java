package io.millrace.metadata.raft;

import io.microraft.MembershipChangeMode;
import io.millrace.metadata.LogMembers;
import io.millrace.metadata.MemberId;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The way from the members that there are to those that are wanted, one member at a time: so any
 * majority of before and any of after have a member in common. New voters come first and old ones
 * go last, so that there is always a majority; a voter learns until it has caught up, so that it
 * does not count before it can help.
 *
 * <p>Threading: pure functions.
 */
final class MembersPlan {
  private MembersPlan() {}

  /** What to do next. */
  sealed interface Next {}

  /** Change this member. */
  record Change(MemberId member, MembershipChangeMode mode) implements Next {}

  /** Look again when this member has caught up. */
  record AwaitCatchUp(MemberId member) implements Next {}

  /** It is as it should be. */
  record Done() implements Next {}

  /**
   * The next step.
   *
   * @param self the leader, which goes last
   * @param founders whom the library does not take in as learners again; one that is wanted as a
   *     learner is left out
   * @param hasCaughtUp whether a learner has nearly everything
   */
  static Next next(
      LogMembers now,
      LogMembers target,
      MemberId self,
      Predicate<MemberId> founders,
      Predicate<MemberId> hasCaughtUp) {
    Set<MemberId> missing = new LinkedHashSet<>(target.voters());
    missing.removeAll(now.voters());
    if (!missing.isEmpty()) {
      return toVoter(missing.iterator().next(), now, target, founders, hasCaughtUp);
    }
    return superfluous(now, target, self)
        .map(member -> (Next) new Change(member, MembershipChangeMode.REMOVE_MEMBER))
        .or(() -> missingLearner(now, target, founders))
        .orElseGet(Done::new);
  }

  private static Next toVoter(
      MemberId voter,
      LogMembers now,
      LogMembers target,
      Predicate<MemberId> founders,
      Predicate<MemberId> hasCaughtUp) {
    if (now.learners().contains(voter)) {
      return hasCaughtUp.test(voter)
          ? new Change(voter, MembershipChangeMode.ADD_OR_PROMOTE_TO_FOLLOWER)
          : new AwaitCatchUp(voter);
    }
    if (founders.test(voter)) {
      return new Change(voter, MembershipChangeMode.ADD_OR_PROMOTE_TO_FOLLOWER);
    }
    if (now.learners().size() < LogMembers.MAX_LEARNERS) {
      return new Change(voter, MembershipChangeMode.ADD_LEARNER);
    }
    MemberId inTheWay =
        now.learners().stream()
            .filter(learner -> !target.contains(learner))
            .findFirst()
            .orElseGet(() -> now.learners().iterator().next());
    // A wanted voter among the learners is promoted rather than taken out.
    return target.voters().contains(inTheWay)
        ? toVoter(inTheWay, now, target, founders, hasCaughtUp)
        : new Change(inTheWay, MembershipChangeMode.REMOVE_MEMBER);
  }

  private static Optional<MemberId> superfluous(LogMembers now, LogMembers target, MemberId self) {
    Set<MemberId> voters = new LinkedHashSet<>(now.voters());
    voters.removeAll(target.voters());
    Set<MemberId> all = new LinkedHashSet<>(now.learners());
    all.removeAll(target.learners());
    all.addAll(voters);
    return all.stream()
        .filter(member -> !member.equals(self))
        .findFirst()
        .or(() -> all.stream().findFirst());
  }

  private static Optional<Next> missingLearner(
      LogMembers now, LogMembers target, Predicate<MemberId> founders) {
    return target.learners().stream()
        .filter(learner -> !now.learners().contains(learner))
        .filter(founders.negate())
        .findFirst()
        .map(learner -> new Change(learner, MembershipChangeMode.ADD_LEARNER));
  }
}
