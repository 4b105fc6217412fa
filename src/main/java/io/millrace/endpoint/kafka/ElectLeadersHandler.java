package io.millrace.endpoint.kafka;

import io.millrace.model.image.TopicImage;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.ElectLeadersResponseData.PartitionResult;
import org.apache.kafka.common.message.ElectLeadersResponseData.ReplicaElectionResult;
import org.apache.kafka.common.protocol.Errors;

/** With one replica, which leads, there is nothing to elect: each partition is told so. */
final class ElectLeadersHandler extends ApiHandler<ElectLeadersRequestData> {
  private static final int MIN_VERSION = 0;
  private static final int MAX_VERSION = 2;

  private final KafkaLoop loop;

  ElectLeadersHandler(KafkaLoop loop) {
    super(ApiMessageType.ELECT_LEADERS, MIN_VERSION, MAX_VERSION);
    this.loop = loop;
  }

  @Override
  void handle(ElectLeadersRequestData request, KafkaCall call) {
    List<ReplicaElectionResult> results = new ArrayList<>();
    // Of all partitions, only those that needed an election are told of.
    if (request.topicPartitions() != null) {
      request
          .topicPartitions()
          .forEach(topic -> results.add(result(topic.topic(), topic.partitions())));
    }
    call.answer(new ElectLeadersResponseData().setReplicaElectionResults(results));
  }

  private ReplicaElectionResult result(String name, List<Integer> partitions) {
    TopicImage topic = AskedTopics.byName(loop.image(), name);
    List<PartitionResult> results = new ArrayList<>();
    for (int partition : partitions) {
      Errors error =
          topic != null && topic.hasPartition(partition)
              ? Errors.ELECTION_NOT_NEEDED
              : Errors.UNKNOWN_TOPIC_OR_PARTITION;
      results.add(
          new PartitionResult()
              .setPartitionId(partition)
              .setErrorCode(error.code())
              .setErrorMessage(error.message()));
    }
    return new ReplicaElectionResult().setTopic(name).setPartitionResult(results);
  }
}
