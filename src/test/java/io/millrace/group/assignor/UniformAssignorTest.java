package io.millrace.group.assignor;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.group.AssignedPartitions;
import io.millrace.model.TopicId;
import java.util.Set;
import org.junit.jupiter.api.Test;

class UniformAssignorTest {
  private static final TopicId ORDERS = Groups.topic(1);
  private static final TopicId EVENTS = Groups.topic(2);

  private final Groups group = new Groups(new UniformAssignor());

  @Test
  void shouldSpreadEveryTopicOverAllMembers() {
    // given
    group.partitionCounts.put(ORDERS, 3);
    group.partitionCounts.put(EVENTS, 3);
    group.subscriptions.put("a", Set.of(ORDERS, EVENTS));
    group.subscriptions.put("b", Set.of(ORDERS, EVENTS));
    group.subscriptions.put("c", Set.of(ORDERS, EVENTS));

    // when
    group.assign();

    // then
    assertThat(group.assignment.values())
        .allSatisfy(each -> assertThat(each.topics()).containsExactly(ORDERS, EVENTS));
  }

  @Test
  void shouldUseAChainOfMovesToReachWhoCannotTakeDirectly() {
    // given: c can take only events, which b has; b can take orders, which a has too many of
    group.partitionCounts.put(ORDERS, 4);
    group.partitionCounts.put(EVENTS, 3);
    group.subscriptions.put("a", Set.of(ORDERS));
    group.subscriptions.put("b", Set.of(ORDERS, EVENTS));
    group.assign();
    assertThat(group.load("a")).isEqualTo(4);
    group.subscriptions.put("c", Set.of(EVENTS));

    // when
    group.assign();

    // then
    assertThat(group.load("a") + group.load("b") + group.load("c")).isEqualTo(7);
    assertThat(group.maxLoad()).isEqualTo(3);
    assertThat(group.minLoad()).isEqualTo(2);
  }

  @Test
  void shouldTakeBackWhatAMemberIsNoLongerSubscribedTo() {
    // given
    group.partitionCounts.put(ORDERS, 2);
    group.subscriptions.put("a", Set.of(ORDERS));
    group.assign();
    group.subscriptions.put("a", Set.of(EVENTS));

    // when
    group.assign();

    // then
    assertThat(group.partitions("a")).isEqualTo(AssignedPartitions.EMPTY);
  }

  @Test
  void shouldAssignAGroupOfAThousandWithinManyTopics() {
    // given
    Set<TopicId> topics = new java.util.HashSet<>();
    for (int topic = 0; topic < 50; topic++) {
      group.partitionCounts.put(Groups.topic(topic), 100);
      topics.add(Groups.topic(topic));
    }
    for (int member = 0; member < 1000; member++) {
      group.subscriptions.put("m" + member, topics);
    }

    // when
    group.assign();

    // then
    group.checkOwners();
    assertThat(group.minLoad()).isEqualTo(5);
    assertThat(group.maxLoad()).isEqualTo(5);
  }
}
