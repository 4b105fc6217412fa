package io.millrace.endpoint.kafka;

import io.millrace.model.PartitionId;
import io.millrace.model.control.ControllerAnswer;
import io.millrace.model.control.ControllerAsk;
import io.millrace.model.control.PartitionResult;
import io.millrace.model.image.TopicImage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.ElectLeadersResponseData.ReplicaElectionResult;

/**
 * Has the controller elect the preferred replicas as leaders, or, uncleanly, any where nobody leads
 * (KIP-460). Of all partitions, only those that needed an election are told of.
 */
final class ElectLeadersHandler extends ApiHandler<ElectLeadersRequestData> {
  private static final int MIN_VERSION = 0;
  private static final int MAX_VERSION = 2;

  private final KafkaLoop loop;

  ElectLeadersHandler(KafkaLoop loop) {
    super(ApiMessageType.ELECT_LEADERS, ElectLeadersRequestData::new, MIN_VERSION, MAX_VERSION);
    this.loop = loop;
  }

  @Override
  void handle(ElectLeadersRequestData request, KafkaCall call) {
    boolean unclean = request.electionType() == ElectionType.UNCLEAN.value;
    if (request.topicPartitions() == null) {
      loop.metadata()
          .ask(new ControllerAsk.ElectLeaders(List.of(), unclean))
          .map(this::ofAll)
          .onSuccess(call::answer)
          .onFailure(call::fail);
      return;
    }
    Verdicts verdicts = new Verdicts(loop.image());
    List<PartitionId> known = new ArrayList<>();
    for (ElectLeadersRequestData.TopicPartitions topic : request.topicPartitions()) {
      topic.partitions().forEach(p -> verdicts.find(topic.topic(), p).ifPresent(known::add));
    }
    if (known.isEmpty()) {
      call.answer(ofNamed(request, verdicts));
      return;
    }
    loop.metadata()
        .ask(new ControllerAsk.ElectLeaders(known, unclean))
        .map(done -> ofNamed(request, verdicts.with(done)))
        .onSuccess(call::answer)
        .onFailure(call::fail);
  }

  private static ElectLeadersResponseData ofNamed(
      ElectLeadersRequestData request, Verdicts verdicts) {
    List<ReplicaElectionResult> results = new ArrayList<>();
    for (ElectLeadersRequestData.TopicPartitions topic : request.topicPartitions()) {
      results.add(result(topic.topic(), topic.partitions(), verdicts));
    }
    return new ElectLeadersResponseData().setReplicaElectionResults(results);
  }

  private ElectLeadersResponseData ofAll(ControllerAnswer answer) {
    Verdicts verdicts = new Verdicts(loop.image()).with(answer);
    Map<String, List<Integer>> byTopic = new LinkedHashMap<>();
    for (PartitionResult each : ((ControllerAnswer.PartitionsDone) answer).results()) {
      Optional<TopicImage> topic = loop.image().topic(each.partition().topicId());
      topic.ifPresent(
          known ->
              byTopic
                  .computeIfAbsent(known.name().value(), name -> new ArrayList<>())
                  .add(each.partition().partition()));
    }
    List<ReplicaElectionResult> results = new ArrayList<>();
    byTopic.forEach((topic, partitions) -> results.add(result(topic, partitions, verdicts)));
    return new ElectLeadersResponseData().setReplicaElectionResults(results);
  }

  private static ReplicaElectionResult result(
      String topic, List<Integer> partitions, Verdicts verdicts) {
    List<ElectLeadersResponseData.PartitionResult> results = new ArrayList<>();
    for (int partition : partitions) {
      Verdicts.Verdict verdict = verdicts.of(topic, partition);
      results.add(
          new ElectLeadersResponseData.PartitionResult()
              .setPartitionId(partition)
              .setErrorCode(verdict.error().code())
              .setErrorMessage(verdict.reason()));
    }
    return new ReplicaElectionResult().setTopic(topic).setPartitionResult(results);
  }
}
