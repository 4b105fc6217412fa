package io.millrace.group;

import io.millrace.model.TopicId;
import io.millrace.model.TopicPartition;
import io.millrace.model.group.TopicPartitions;
import io.millrace.model.image.ClusterImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Between partitions by name, as the classic protocol has them, and by topic id. */
final class PartitionNames {
  private PartitionNames() {}

  /** Those of topics that exist. */
  static List<TopicPartitions> toIds(List<TopicPartition> partitions, ClusterImage image) {
    Map<TopicId, TreeSet<Integer>> byTopic = new TreeMap<>(AssignedPartitions.TOPIC_ORDER);
    for (TopicPartition partition : partitions) {
      image
          .topic(partition.topic())
          .ifPresent(
              topic ->
                  byTopic
                      .computeIfAbsent(topic.id(), id -> new TreeSet<>())
                      .add(partition.partition()));
    }
    return byTopic.entrySet().stream()
        .map(entry -> new TopicPartitions(entry.getKey(), List.copyOf(entry.getValue())))
        .toList();
  }

  /** Those of topics that exist. */
  static List<TopicPartition> toNames(AssignedPartitions partitions, ClusterImage image) {
    List<TopicPartition> result = new ArrayList<>();
    partitions.forEach(
        (topicId, partition) ->
            image
                .topic(topicId)
                .ifPresent(topic -> result.add(new TopicPartition(topic.name(), partition))));
    return result;
  }
}
