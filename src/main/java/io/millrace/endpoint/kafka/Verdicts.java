package io.millrace.endpoint.kafka;

import io.millrace.model.PartitionId;
import io.millrace.model.control.ControllerAnswer;
import io.millrace.model.control.PartitionResult;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.TopicImage;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * What became of partitions that a client asks the controller about, each by itself. They are
 * looked up in one image, so that what a client named is answered under the name that it used.
 *
 * <p>Threading: its connection's event loop.
 */
final class Verdicts {
  private static final Verdict UNKNOWN = Verdict.of(Errors.UNKNOWN_TOPIC_OR_PARTITION);

  private final ClusterImage image;
  private final Map<PartitionId, Verdict> byPartition = new HashMap<>();

  Verdicts(ClusterImage image) {
    this.image = image;
  }

  /**
   * What a client is told of one partition.
   *
   * @param reason null if it was done
   */
  record Verdict(Errors error, @Nullable String reason) {
    static Verdict of(Errors error) {
      return new Verdict(error, error == Errors.NONE ? null : error.message());
    }

    private static Verdict of(PartitionResult result) {
      Errors error = KafkaErrors.of(result.error());
      return new Verdict(error, error == Errors.NONE ? null : result.reason());
    }
  }

  /** The partition of this name; empty if there is none. */
  Optional<PartitionId> find(String topicName, int partition) {
    TopicImage topic = AskedTopics.byName(image, topicName);
    return topic != null && topic.hasPartition(partition)
        ? Optional.of(topic.partitionId(partition))
        : Optional.empty();
  }

  /** Decided without the controller. */
  void put(PartitionId partition, Errors error) {
    byPartition.put(partition, Verdict.of(error));
  }

  /** These, and what the controller answered. */
  Verdicts with(ControllerAnswer answer) {
    if (!(answer instanceof ControllerAnswer.PartitionsDone done)) {
      throw new IllegalStateException("the controller answered " + answer);
    }
    done.results().forEach(result -> byPartition.put(result.partition(), Verdict.of(result)));
    return this;
  }

  Verdict of(String topic, int partition) {
    return find(topic, partition).map(id -> byPartition.getOrDefault(id, UNKNOWN)).orElse(UNKNOWN);
  }
}
