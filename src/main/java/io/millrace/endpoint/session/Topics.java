package io.millrace.endpoint.session;

import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.model.TopicName;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.TopicImage;

/** Looks up what clients name. */
final class Topics {
  private Topics() {}

  /**
   * @throws StreamException INVALID_TOPIC or UNKNOWN_TOPIC_OR_PARTITION
   */
  static TopicImage require(ClusterImage image, String name) {
    return require(image, new TopicName(name));
  }

  /**
   * @throws StreamException UNKNOWN_TOPIC_OR_PARTITION
   */
  static TopicImage require(ClusterImage image, TopicName name) {
    return image
        .topic(name)
        .orElseThrow(
            () ->
                new StreamException(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                    "there is no topic '" + name + "'; create it first"));
  }

  /**
   * @throws StreamException UNKNOWN_TOPIC_OR_PARTITION
   */
  static PartitionId requirePartition(TopicImage topic, int partition) {
    if (!topic.hasPartition(partition)) {
      throw new StreamException(
          ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
          "topic '"
              + topic.name()
              + "' has partitions 0 to "
              + (topic.partitions().size() - 1)
              + ", not "
              + partition);
    }
    return topic.partitionId(partition);
  }
}
