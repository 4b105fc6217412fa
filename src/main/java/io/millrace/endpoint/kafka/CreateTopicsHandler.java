package io.millrace.endpoint.kafka;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TopicName;
import io.millrace.model.control.ControllerAnswer;
import io.millrace.model.control.ControllerAsk;
import io.millrace.model.image.TopicImage;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResultCollection;

/** Creates topics; answered when they can be used. */
final class CreateTopicsHandler extends ApiHandler<CreateTopicsRequestData> {
  private static final int MIN_VERSION = 2;
  private static final int MAX_VERSION = 7;
  private static final int DEFAULT = -1;

  private final KafkaLoop loop;
  private final ConfigEntries configs;

  CreateTopicsHandler(KafkaLoop loop) {
    super(ApiMessageType.CREATE_TOPICS, CreateTopicsRequestData::new, MIN_VERSION, MAX_VERSION);
    this.loop = loop;
    this.configs = new ConfigEntries(loop.settings());
  }

  @Override
  void handle(CreateTopicsRequestData request, KafkaCall call) {
    Set<String> seen = new HashSet<>();
    Set<String> twice = new HashSet<>();
    request.topics().stream().filter(t -> !seen.add(t.name())).forEach(t -> twice.add(t.name()));
    List<Future<CreatableTopicResult>> results = new ArrayList<>();
    for (CreatableTopic topic : request.topics()) {
      if (seen.remove(topic.name())) {
        results.add(
            create(topic, twice.contains(topic.name()), request.validateOnly())
                .otherwise(failure -> failed(topic.name(), failure)));
      }
    }
    Future.all(results)
        .onSuccess(
            done -> {
              CreatableTopicResultCollection topics = new CreatableTopicResultCollection();
              results.forEach(result -> topics.mustAdd(result.result()));
              call.answer(new CreateTopicsResponseData().setTopics(topics));
            })
        .onFailure(call::fail);
  }

  private Future<CreatableTopicResult> create(
      CreatableTopic topic, boolean twice, boolean validateOnly) {
    try {
      if (twice) {
        throw new StreamException(
            ErrorCode.INVALID_REQUEST,
            "topic '" + topic.name() + "' is in this request more than once");
      }
      TopicName name = new TopicName(topic.name());
      int partitions = partitions(topic);
      Map<String, String> settings = settings(topic);
      Future<TopicImage> made =
          topic.replicationFactor() == DEFAULT
              ? loop.metadata().createTopic(name, partitions, settings, validateOnly)
              : asked(
                  new ControllerAsk.CreateTopic(
                      name, partitions, topic.replicationFactor(), settings, validateOnly));
      return made.map(this::created);
    } catch (StreamException | InvalidReplicaAssignmentException e) {
      return Future.failedFuture(e);
    }
  }

  /** With a number of replicas of its own, which it keeps whoever joins. */
  private Future<TopicImage> asked(ControllerAsk.CreateTopic create) {
    return loop.metadata()
        .ask(create)
        .map(answer -> ((ControllerAnswer.TopicChanged) answer).topic());
  }

  private int partitions(CreatableTopic topic) {
    if (topic.assignments().isEmpty()) {
      Replication.checkFactor(topic.replicationFactor(), loop.image().brokers().size());
      return topic.numPartitions();
    }
    if (topic.numPartitions() != DEFAULT || topic.replicationFactor() != DEFAULT) {
      throw new StreamException(
          ErrorCode.INVALID_REQUEST,
          "both replicas by partition and numbers of them are given; give one, and -1 for the"
              + " others");
    }
    Set<Integer> given = new HashSet<>();
    for (CreatableReplicaAssignment assignment : topic.assignments()) {
      given.add(assignment.partitionIndex());
      Replication.checkReplicas(assignment.brokerIds(), loop.nodeId());
    }
    for (int partition = 0; partition < topic.assignments().size(); partition++) {
      if (!given.contains(partition)) {
        throw new InvalidReplicaAssignmentException(
            "replicas of partition " + partition + " are missing; partitions are numbered from 0");
      }
    }
    return topic.assignments().size();
  }

  private static Map<String, String> settings(CreatableTopic topic) {
    Map<String, String> settings = new HashMap<>();
    topic
        .configs()
        .forEach(
            config -> {
              if (config.value() == null) {
                throw new StreamException(
                    ErrorCode.INVALID_CONFIG, config.name() + " has no value; expected one");
              }
              settings.put(config.name(), config.value());
            });
    return settings;
  }

  private CreatableTopicResult created(TopicImage topic) {
    return new CreatableTopicResult()
        .setName(topic.name().value())
        .setTopicId(TopicIds.uuid(topic.id()))
        .setNumPartitions(topic.partitions().size())
        .setReplicationFactor((short) topic.partitions().get(0).replicas().size())
        .setConfigs(configs.ofNewTopic(topic.settings()));
  }

  private static CreatableTopicResult failed(String name, Throwable failure) {
    return new CreatableTopicResult()
        .setName(name)
        .setErrorCode(KafkaErrors.of(failure).code())
        .setErrorMessage(failure.getMessage());
  }
}
