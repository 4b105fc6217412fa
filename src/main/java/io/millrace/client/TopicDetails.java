package io.millrace.client;

import io.millrace.model.TopicId;
import java.util.List;
import java.util.Map;

/**
 * A topic.
 *
 * @param partitions in order
 * @param settings those that differ from the defaults, as users write them
 */
public record TopicDetails(
    String name, TopicId topicId, List<PartitionDetails> partitions, Map<String, String> settings) {
  /**
   * A partition; {@link Admin#offsets} tells where its log begins and ends.
   *
   * @param leader node that leads it, -1 if none
   */
  public record PartitionDetails(
      int partition,
      int leader,
      int leaderEpoch,
      List<Integer> replicas,
      List<Integer> inSyncReplicas) {}
}
