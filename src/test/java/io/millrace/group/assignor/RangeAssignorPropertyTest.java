package io.millrace.group.assignor;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.TopicId;
import io.millrace.model.group.TopicPartitions;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Random groups that change; whatever comes, the rules of {@code range} hold. */
class RangeAssignorPropertyTest {

  @Property(tries = 300)
  void shouldGiveEachSubscriberOneRangeOfEachTopic(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Groups group = Groups.heterogeneous(new RangeAssignor(), random);
    for (int step = 0; step < 5; step++) {
      group.assign();
      group.checkOwners();
      for (TopicId topicId : group.partitionCounts.keySet()) {
        checkRanges(group, topicId);
      }
      group.subscriptions.put(Groups.memberId(random), Groups.someTopics(random));
      if (random.nextBoolean()) {
        group.subscriptions.pollFirstEntry();
      }
    }
  }

  @Property(tries = 300)
  void shouldGiveTheSameNumbersOfTopicsOfOneSize(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Groups group = Groups.homogeneous(new RangeAssignor(), random);
    group.partitionCounts.replaceAll((topicId, count) -> 12);
    for (int step = 0; step < 5; step++) {
      group.assign();
      for (String memberId : group.subscriptions.keySet()) {
        List<List<Integer>> numbers =
            group.partitions(memberId).toTopicPartitions().stream()
                .map(TopicPartitions::partitions)
                .distinct()
                .toList();
        assertThat(numbers).hasSizeLessThanOrEqualTo(1);
      }
      group.subscriptions.put(Groups.memberId(random), group.partitionCounts.keySet());
    }
  }

  @Property(tries = 300)
  void shouldMoveNothingWhenNothingChanged(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Groups group = Groups.homogeneous(new RangeAssignor(), random);
    group.assign();

    int moved = group.assign();

    assertThat(moved).isZero();
  }

  private static void checkRanges(Groups group, TopicId topicId) {
    int smallest = Integer.MAX_VALUE;
    int largest = 0;
    for (String memberId : group.subscriptions.keySet()) {
      List<Integer> numbers =
          group.partitions(memberId).toTopicPartitions().stream()
              .filter(each -> each.topicId().equals(topicId))
              .flatMap(each -> each.partitions().stream())
              .toList();
      if (!numbers.isEmpty()) {
        assertThat(numbers.get(numbers.size() - 1) - numbers.get(0)).isEqualTo(numbers.size() - 1);
      }
      if (group.subscriptions.get(memberId).contains(topicId)) {
        smallest = Math.min(smallest, numbers.size());
        largest = Math.max(largest, numbers.size());
      }
    }
    assertThat(largest - Math.min(smallest, largest)).isLessThanOrEqualTo(1);
  }
}
