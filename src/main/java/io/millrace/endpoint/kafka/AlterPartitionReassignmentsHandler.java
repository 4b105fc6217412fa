package io.millrace.endpoint.kafka;

import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.control.ControllerAsk;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignablePartitionResponse;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignableTopicResponse;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.Errors;

/**
 * Has the controller move partitions to other replicas, or back (KIP-455). Answered once it is
 * decided; the move itself goes on.
 */
final class AlterPartitionReassignmentsHandler
    extends ApiHandler<AlterPartitionReassignmentsRequestData> {
  private static final int MIN_VERSION = 0;
  private static final int MAX_VERSION = 1;

  private final KafkaLoop loop;

  AlterPartitionReassignmentsHandler(KafkaLoop loop) {
    super(
        ApiMessageType.ALTER_PARTITION_REASSIGNMENTS,
        AlterPartitionReassignmentsRequestData::new,
        MIN_VERSION,
        MAX_VERSION);
    this.loop = loop;
  }

  @Override
  void handle(AlterPartitionReassignmentsRequestData request, KafkaCall call) {
    ClusterImage image = loop.image();
    Verdicts verdicts = new Verdicts(image);
    Map<PartitionId, Optional<List<NodeId>>> targets = new HashMap<>();
    for (ReassignableTopic topic : request.topics()) {
      for (ReassignablePartition partition : topic.partitions()) {
        verdicts
            .find(topic.name(), partition.partitionIndex())
            .ifPresent(
                id -> {
                  Errors refusal = refusal(image, id, partition, request);
                  if (refusal == Errors.NONE) {
                    targets.put(id, target(partition));
                  } else {
                    verdicts.put(id, refusal);
                  }
                });
      }
    }
    if (targets.isEmpty()) {
      call.answer(answer(request, verdicts));
      return;
    }
    loop.metadata()
        .ask(new ControllerAsk.ReassignPartitions(targets))
        .map(done -> answer(request, verdicts.with(done)))
        .onSuccess(call::answer)
        .onFailure(call::fail);
  }

  private static Errors refusal(
      ClusterImage image,
      PartitionId id,
      ReassignablePartition partition,
      AlterPartitionReassignmentsRequestData request) {
    List<Integer> replicas = partition.replicas();
    if (replicas == null) {
      return Errors.NONE;
    }
    if (replicas.stream().anyMatch(node -> node < 0)) {
      return Errors.INVALID_REPLICA_ASSIGNMENT;
    }
    PartitionImage now = image.topic(id.topicId()).orElseThrow().partitions().get(id.partition());
    return request.allowReplicationFactorChange() || replicas.size() == now.targetReplicas().size()
        ? Errors.NONE
        : Errors.INVALID_REPLICATION_FACTOR;
  }

  private static Optional<List<NodeId>> target(ReassignablePartition partition) {
    return Optional.ofNullable(partition.replicas())
        .map(replicas -> replicas.stream().map(NodeId::new).toList());
  }

  private static AlterPartitionReassignmentsResponseData answer(
      AlterPartitionReassignmentsRequestData request, Verdicts verdicts) {
    List<ReassignableTopicResponse> topics = new ArrayList<>();
    for (ReassignableTopic topic : request.topics()) {
      List<ReassignablePartitionResponse> partitions = new ArrayList<>();
      for (ReassignablePartition partition : topic.partitions()) {
        Verdicts.Verdict verdict = verdicts.of(topic.name(), partition.partitionIndex());
        partitions.add(
            new ReassignablePartitionResponse()
                .setPartitionIndex(partition.partitionIndex())
                .setErrorCode(verdict.error().code())
                .setErrorMessage(verdict.reason()));
      }
      topics.add(new ReassignableTopicResponse().setName(topic.name()).setPartitions(partitions));
    }
    return new AlterPartitionReassignmentsResponseData()
        .setAllowReplicationFactorChange(request.allowReplicationFactorChange())
        .setErrorMessage(null)
        .setResponses(topics);
  }
}
