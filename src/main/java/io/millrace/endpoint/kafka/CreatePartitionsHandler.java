package io.millrace.endpoint.kafka;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TopicName;
import io.millrace.model.image.TopicImage;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsAssignment;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.protocol.Errors;

/** Adds partitions to topics. */
final class CreatePartitionsHandler extends ApiHandler<CreatePartitionsRequestData> {
  private static final int MIN_VERSION = 0;
  private static final int MAX_VERSION = 3;

  private final KafkaLoop loop;

  CreatePartitionsHandler(KafkaLoop loop) {
    super(
        ApiMessageType.CREATE_PARTITIONS,
        CreatePartitionsRequestData::new,
        MIN_VERSION,
        MAX_VERSION);
    this.loop = loop;
  }

  @Override
  void handle(CreatePartitionsRequestData request, KafkaCall call) {
    List<Future<CreatePartitionsTopicResult>> results = new ArrayList<>();
    for (CreatePartitionsTopic topic : request.topics()) {
      results.add(
          add(topic, request.validateOnly())
              .map(done -> result(topic.name(), Errors.NONE, null))
              .otherwise(
                  failure -> result(topic.name(), KafkaErrors.of(failure), failure.getMessage())));
    }
    Future.all(results)
        .onSuccess(
            done ->
                call.answer(
                    new CreatePartitionsResponseData()
                        .setResults(results.stream().map(Future::result).toList())))
        .onFailure(call::fail);
  }

  private Future<?> add(CreatePartitionsTopic topic, boolean validateOnly) {
    try {
      TopicName name = new TopicName(topic.name());
      TopicImage image =
          loop.image()
              .topic(name)
              .orElseThrow(() -> new StreamException(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
      check(topic, image.partitions().size());
      return validateOnly
          ? Future.succeededFuture()
          : loop.metadata().createPartitions(name, topic.count());
    } catch (StreamException | InvalidReplicaAssignmentException e) {
      return Future.failedFuture(e);
    }
  }

  private void check(CreatePartitionsTopic topic, int now) {
    if (topic.count() <= now) {
      throw new StreamException(
          ErrorCode.INVALID_PARTITIONS,
          "topic '"
              + topic.name()
              + "' has "
              + now
              + " partitions, expected a higher number than that, not "
              + topic.count());
    }
    List<CreatePartitionsAssignment> assignments = topic.assignments();
    if (assignments == null) {
      return;
    }
    if (assignments.size() != topic.count() - now) {
      throw new InvalidReplicaAssignmentException(
          "replicas of " + assignments.size() + " partitions, expected " + (topic.count() - now));
    }
    assignments.forEach(a -> Replication.checkReplicas(a.brokerIds(), loop.nodeId()));
  }

  private static CreatePartitionsTopicResult result(
      String topic, Errors error, @org.jspecify.annotations.Nullable String reason) {
    return new CreatePartitionsTopicResult()
        .setName(topic)
        .setErrorCode(error.code())
        .setErrorMessage(reason);
  }
}
