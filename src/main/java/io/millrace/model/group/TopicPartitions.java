package io.millrace.model.group;

import io.millrace.model.TopicId;
import java.util.List;

/**
 * Some partitions of one topic.
 *
 * @param partitions their numbers, ascending, none twice
 */
public record TopicPartitions(TopicId topicId, List<Integer> partitions) {
  public TopicPartitions {
    partitions = List.copyOf(partitions);
  }
}
