package io.millrace.model.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.config.TopicSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClusterImageTest {
  @Test
  void shouldListTopicsByNameAndBrokersById() {
    // given
    ClusterImage image =
        new ClusterImage(
            7,
            "c",
            List.of(broker(2), broker(0), broker(1)),
            List.of(topic(1, "b", 2), topic(2, "c", 1), topic(3, "a", 3)));

    // then
    assertThat(image.version()).isEqualTo(7);
    assertThat(image.topics()).extracting(t -> t.name().value()).containsExactly("a", "b", "c");
    assertThat(image.brokers()).extracting(b -> b.id().value()).containsExactly(0, 1, 2);
    assertThat(image.partitionCount()).isEqualTo(6);
    assertThat(image.topic(new TopicName("c"))).isEqualTo(image.topic(new TopicId(0, 2)));
    assertThat(image.partition(new PartitionId(new TopicId(0, 3), 2)))
        .contains(image.topic(new TopicId(0, 3)).orElseThrow().partitions().get(2));
    assertThat(image.partition(new PartitionId(new TopicId(0, 3), 3))).isEmpty();
    assertThat(image.partition(new PartitionId(new TopicId(0, 4), 0))).isEmpty();
  }

  @Test
  void shouldLeaveAnImageAsItIsWhenACopyChanges() {
    // given
    ClusterImage before = ClusterImage.empty().withTopic(topic(1, "a", 1));

    // when
    ClusterImage now = before.withTopic(topic(1, "a", 3)).withTopic(topic(2, "b", 1));

    // then
    assertThat(before.topics()).hasSize(1);
    assertThat(before.partitionCount()).isEqualTo(1);
    assertThat(now.partitionCount()).isEqualTo(4);
    assertThat(now.withoutTopic(new TopicId(0, 1)).topics()).hasSize(1);
    assertThat(now.withoutTopic(new TopicId(0, 9))).isSameAs(now);
  }

  @Test
  void shouldTellWhatChanged() {
    // given
    ClusterImage before =
        ClusterImage.empty()
            .withTopic(topic(1, "same", 1))
            .withTopic(topic(2, "grown", 1))
            .withTopic(topic(3, "gone", 1))
            .withTopic(topic(4, "again", 1));

    // when
    ImageChanges changes =
        before
            .withTopic(topic(2, "grown", 2))
            .withoutTopic(new TopicId(0, 3))
            .withoutTopic(new TopicId(0, 4))
            .withTopic(topic(5, "again", 1))
            .changesSince(before);

    // then
    assertThat(changes.created()).containsExactly(topic(5, "again", 1));
    assertThat(changes.deleted()).containsExactly(topic(3, "gone", 1), topic(4, "again", 1));
    assertThat(changes.changed())
        .containsExactly(new ImageChanges.Change(topic(2, "grown", 1), topic(2, "grown", 2)));
    assertThat(before.changesSince(before).isEmpty()).isTrue();
  }

  @Test
  void shouldRefuseTwoTopicsOfOneNameOrId() {
    // given
    ClusterImage image = ClusterImage.empty().withTopic(topic(1, "a", 1));

    // then
    assertThatThrownBy(() -> image.withTopic(topic(2, "a", 1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> image.withTopic(topic(1, "b", 1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> new ClusterImage(0, "", List.of(), List.of(topic(1, "a", 1), topic(1, "a", 1))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static BrokerImage broker(int id) {
    return BrokerImage.of(new NodeId(id), 1, false);
  }

  private static TopicImage topic(int id, String name, int partitions) {
    List<PartitionImage> images =
        java.util.stream.IntStream.range(0, partitions)
            .mapToObj(
                p -> new PartitionImage(p, Optional.of(new NodeId(0)), 0, 0, List.of(), List.of()))
            .toList();
    return new TopicImage(
        new TopicId(0, id), new TopicName(name), images, TopicSettings.of(Map.of()));
  }
}
