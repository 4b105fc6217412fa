package io.millrace.endpoint.session;

import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.StreamException;
import io.millrace.model.TopicName;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import io.millrace.protocol.stream.message.PartitionDescription;
import io.millrace.protocol.stream.message.TopicChanged;
import io.millrace.protocol.stream.message.TopicDescription;
import java.util.List;
import java.util.Map;

/** Topics as messages describe them. */
final class Descriptions {
  private Descriptions() {}

  static TopicDescription topic(TopicImage topic) {
    List<PartitionDescription> partitions =
        topic.partitions().stream().map(Descriptions::partition).toList();
    return new TopicDescription(
        topic.name().value(),
        topic.id().toString(),
        ErrorCode.NONE.id(),
        partitions,
        topic.settings().given());
  }

  /** The topic of this name, or a description that says what is wrong. */
  static TopicDescription named(ClusterImage image, String name) {
    try {
      return image
          .topic(new TopicName(name))
          .map(Descriptions::topic)
          .orElseGet(() -> missing(name, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
    } catch (StreamException e) {
      return missing(name, e.code());
    }
  }

  private static TopicDescription missing(String name, ErrorCode error) {
    return new TopicDescription(name, "", error.id(), List.of(), Map.of());
  }

  private static PartitionDescription partition(PartitionImage partition) {
    return new PartitionDescription(
        partition.partition(),
        partition.leader().map(NodeId::value).orElse(-1),
        partition.leaderEpoch(),
        partition.replicas().stream().map(NodeId::value).toList(),
        partition.inSyncReplicas().stream().map(NodeId::value).toList());
  }

  static TopicChanged topicChanged(long requestId, TopicImage topic) {
    return new TopicChanged(
        requestId, topic.name().value(), topic.id().toString(), topic.partitions().size());
  }
}
