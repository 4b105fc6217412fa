package io.millrace.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InternalTopicsTest {
  /** The last one's hash is the number that has no positive counterpart. */
  @ParameterizedTest
  @ValueSource(strings = {"", "g", "flights", "console-consumer-1", "größe", "polygenelubricants"})
  void shouldSpreadGroupsAsKafkaDoes(String groupId) {
    for (int partitions : new int[] {1, 2, 50, 97}) {
      assertThat(InternalTopics.partitionOfGroup(groupId, partitions))
          .isEqualTo(Utils.abs(groupId.hashCode()) % partitions);
    }
  }

  @Test
  void shouldKnowInternalTopicsByTheirWholeName() {
    assertThat(new TopicName("__consumer_offsets").isInternal()).isTrue();
    assertThat(new TopicName("__transaction_state").isInternal()).isTrue();
    assertThat(new TopicName("__consumer_offsets2").isInternal()).isFalse();
  }
}
