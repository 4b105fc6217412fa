package io.millrace.metadata;

import java.util.Collections;
import java.util.Comparator;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who keeps the metadata log.
 *
 * @param voters whose majority commits
 * @param learners who follow without a say, at most {@link #MAX_LEARNERS}; none is a voter
 */
public record LogMembers(Set<MemberId> voters, Set<MemberId> learners) {
  public static final int MAX_LEARNERS = 2;

  public LogMembers {
    voters = ordered(voters);
    learners = ordered(learners);
    if (!Collections.disjoint(voters, learners)) {
      throw new IllegalArgumentException(
          "voters " + voters + " and learners " + learners + " have members in common");
    }
    if (learners.size() > MAX_LEARNERS) {
      throw new IllegalArgumentException(
          learners.size() + " learners, expected at most " + MAX_LEARNERS);
    }
  }

  public boolean contains(MemberId member) {
    return voters.contains(member) || learners.contains(member);
  }

  private static Set<MemberId> ordered(Set<MemberId> members) {
    Set<MemberId> ordered =
        new TreeSet<>(
            Comparator.comparingInt((MemberId member) -> member.nodeId().value())
                .thenComparing(MemberId::directoryId));
    ordered.addAll(members);
    return Collections.unmodifiableSet(ordered);
  }
}
