package io.millrace.endpoint.kafka;

import io.millrace.model.image.TopicImage;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignablePartitionResponse;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignableTopicResponse;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * With one broker every replica is where it can be: a wish for that is fulfilled at once (KIP-455).
 */
final class AlterPartitionReassignmentsHandler
    extends ApiHandler<AlterPartitionReassignmentsRequestData> {
  private static final int MIN_VERSION = 0;
  private static final int MAX_VERSION = 1;

  private final KafkaLoop loop;

  AlterPartitionReassignmentsHandler(KafkaLoop loop) {
    super(ApiMessageType.ALTER_PARTITION_REASSIGNMENTS, MIN_VERSION, MAX_VERSION);
    this.loop = loop;
  }

  @Override
  void handle(AlterPartitionReassignmentsRequestData request, KafkaCall call) {
    List<ReassignableTopicResponse> responses = new ArrayList<>();
    for (ReassignableTopic asked : request.topics()) {
      TopicImage topic = AskedTopics.byName(loop.image(), asked.name());
      List<ReassignablePartitionResponse> partitions = new ArrayList<>();
      asked.partitions().forEach(partition -> partitions.add(result(topic, partition)));
      responses.add(
          new ReassignableTopicResponse().setName(asked.name()).setPartitions(partitions));
    }
    call.answer(
        new AlterPartitionReassignmentsResponseData()
            .setAllowReplicationFactorChange(request.allowReplicationFactorChange())
            .setErrorMessage(null)
            .setResponses(responses));
  }

  private ReassignablePartitionResponse result(
      @Nullable TopicImage topic, ReassignablePartition partition) {
    Errors error = error(topic, partition);
    return new ReassignablePartitionResponse()
        .setPartitionIndex(partition.partitionIndex())
        .setErrorCode(error.code())
        .setErrorMessage(error == Errors.NONE ? null : error.message());
  }

  private Errors error(@Nullable TopicImage topic, ReassignablePartition partition) {
    if (topic == null || !topic.hasPartition(partition.partitionIndex())) {
      return Errors.UNKNOWN_TOPIC_OR_PARTITION;
    }
    if (partition.replicas() == null) {
      return Errors.NO_REASSIGNMENT_IN_PROGRESS;
    }
    return partition.replicas().equals(List.of(loop.nodeId()))
        ? Errors.NONE
        : Errors.INVALID_REPLICA_ASSIGNMENT;
  }
}
