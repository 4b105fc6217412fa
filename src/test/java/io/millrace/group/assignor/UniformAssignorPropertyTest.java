package io.millrace.group.assignor;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.group.AssignedPartitions;
import io.millrace.model.TopicId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Random groups that change; whatever comes, the rules of {@code uniform} hold. */
class UniformAssignorPropertyTest {

  @Property(tries = 300)
  void shouldAssignEachPartitionOnceAndEvenly(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Groups group = Groups.homogeneous(new UniformAssignor(), random);
    for (int step = 0; step < 8; step++) {
      group.assign();
      group.checkOwners();
      assertThat(group.maxLoad() - group.minLoad()).isLessThanOrEqualTo(1);
      changeMembers(group, random);
    }
  }

  @Property(tries = 300)
  void shouldMoveTheMinimumOnAJoin(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Groups group = Groups.homogeneous(new UniformAssignor(), random);
    group.assign();
    String newcomer = "newcomer";
    group.subscriptions.put(newcomer, group.partitionCounts.keySet());

    int moved = group.assign();

    // What the newcomer has was somebody's before; nothing else moves, and it gets no more than
    // the floor of the average, as those who have one more may keep it.
    int partitions = group.partitionCounts.values().stream().mapToInt(Integer::intValue).sum();
    assertThat(moved).isEqualTo(group.load(newcomer));
    assertThat(moved).isEqualTo(partitions / group.subscriptions.size());
  }

  @Property(tries = 300)
  void shouldMoveNothingOfThoseWhoStayOnALeave(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Groups group = Groups.homogeneous(new UniformAssignor(), random);
    group.assign();
    group.subscriptions.pollFirstEntry();

    int moved = group.assign();

    assertThat(moved).isZero();
  }

  @Property(tries = 300)
  void shouldMoveNothingWhenNothingChanged(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Groups group = Groups.heterogeneous(new UniformAssignor(), random);
    group.assign();
    var before = group.assignment;

    group.assign();

    assertThat(group.assignment).isEqualTo(before);
  }

  @Property(tries = 300)
  void shouldBalanceDifferentSubscriptionsAsFarAsTheyAllow(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Groups group = Groups.heterogeneous(new UniformAssignor(), random);
    for (int step = 0; step < 8; step++) {
      group.assign();
      group.checkOwners();
      for (String memberId : group.subscriptions.keySet()) {
        for (String other : reachable(group, memberId)) {
          assertThat(group.load(memberId) - group.load(other)).isLessThanOrEqualTo(1);
        }
      }
      changeAnything(group, random);
    }
  }

  /** Who could end up with one more if this member handed one on, by any chain of moves. */
  private static Set<String> reachable(Groups group, String from) {
    Set<String> seen = new HashSet<>(Set.of(from));
    Deque<String> todo = new ArrayDeque<>(seen);
    while (!todo.isEmpty()) {
      AssignedPartitions owned = group.partitions(todo.remove());
      for (TopicId topicId : owned.topics()) {
        group.subscriptions.forEach(
            (memberId, topics) -> {
              if (topics.contains(topicId) && seen.add(memberId)) {
                todo.add(memberId);
              }
            });
      }
    }
    return seen;
  }

  private static void changeMembers(Groups group, SplittableRandom random) {
    if (random.nextBoolean() || group.subscriptions.size() == 1) {
      group.subscriptions.put(Groups.memberId(random), group.partitionCounts.keySet());
    } else {
      removeOne(group, random);
    }
  }

  private static void changeAnything(Groups group, SplittableRandom random) {
    switch (random.nextInt(4)) {
      case 0 -> group.subscriptions.put(Groups.memberId(random), Groups.someTopics(random));
      case 1 -> removeOne(group, random);
      case 2 -> group.partitionCounts.merge(Groups.topic(random.nextInt(7)), 3, Integer::sum);
      default -> group.partitionCounts.remove(Groups.topic(random.nextInt(7)));
    }
  }

  private static void removeOne(Groups group, SplittableRandom random) {
    if (group.subscriptions.size() > 1) {
      Iterator<String> members = group.subscriptions.keySet().iterator();
      for (int skip = random.nextInt(group.subscriptions.size()); skip >= 0; skip--) {
        members.next();
      }
      members.remove();
    }
  }
}
