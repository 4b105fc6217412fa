package io.millrace.group.assignor;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.group.AssignedPartitions;
import io.millrace.model.TopicId;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RangeAssignorTest {
  private static final TopicId ORDERS = Groups.topic(1);

  private final Groups group = new Groups(new RangeAssignor());

  @Test
  void shouldPutANewcomerBehindThoseWhoHaveRanges() {
    // given
    group.partitionCounts.put(ORDERS, 4);
    group.subscriptions.put("x", Set.of(ORDERS));
    group.subscriptions.put("y", Set.of(ORDERS));
    group.assign();
    group.subscriptions.put("a", Set.of(ORDERS));

    // when
    group.assign();

    // then
    assertThat(group.partitions("x")).isEqualTo(range(0, 2));
    assertThat(group.partitions("y")).isEqualTo(range(2, 3));
    assertThat(group.partitions("a")).isEqualTo(range(3, 4));
  }

  @Test
  void shouldKeepAStaticMembersRangeUnderAnotherMemberId() {
    // given
    group.partitionCounts.put(ORDERS, 4);
    group.subscriptions.put("x", Set.of(ORDERS));
    group.subscriptions.put("y", Set.of(ORDERS));
    group.instanceIds.put("x", "instance-1");
    group.instanceIds.put("y", "instance-2");
    group.assign();
    AssignedPartitions before = group.partitions("x");
    group.subscriptions.remove("x");
    group.subscriptions.put("z", Set.of(ORDERS));
    group.instanceIds.put("z", "instance-1");

    // when
    group.assign();

    // then
    assertThat(group.partitions("z")).isEqualTo(before);
  }

  @Test
  void shouldLeaveMembersIdleThatAreMoreThanPartitions() {
    // given
    group.partitionCounts.put(ORDERS, 1);
    group.subscriptions.put("x", Set.of(ORDERS));
    group.subscriptions.put("y", Set.of(ORDERS));

    // when
    group.assign();

    // then
    assertThat(group.load("x")).isEqualTo(1);
    assertThat(group.load("y")).isZero();
  }

  private static AssignedPartitions range(int startInclusive, int endExclusive) {
    return new AssignedPartitions.Builder().addRange(ORDERS, startInclusive, endExclusive).build();
  }
}
