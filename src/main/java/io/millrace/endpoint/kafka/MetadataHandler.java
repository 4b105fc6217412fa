package io.millrace.endpoint.kafka;

import io.millrace.model.InternalTopics;
import io.millrace.model.NodeId;
import io.millrace.model.StreamException;
import io.millrace.model.TopicName;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBrokerCollection;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopicCollection;
import org.apache.kafka.common.protocol.Errors;

/**
 * Says which brokers, topics and partitions there are. A topic that is not there is made, if the
 * client and {@code auto.create.topics.enable} allow it, and answered as soon as it can be used.
 */
final class MetadataHandler extends ApiHandler<MetadataRequestData> {
  private static final int MIN_VERSION = 0;
  private static final int MAX_VERSION = 13;
  private static final int NULL_MEANS_ALL_VERSION = 1;
  private static final int NULLABLE_NAME_VERSION = 12;
  private static final int NO_LEADER = -1;

  private final KafkaLoop loop;
  private final TopicCreation creation;

  MetadataHandler(KafkaLoop loop) {
    super(ApiMessageType.METADATA, MetadataRequestData::new, MIN_VERSION, MAX_VERSION);
    this.loop = loop;
    this.creation = new TopicCreation(loop);
  }

  @Override
  void handle(MetadataRequestData request, KafkaCall call) {
    ClusterImage image = loop.image();
    List<MetadataRequestTopic> asked = request.topics();
    boolean all = asked == null || (asked.isEmpty() && call.version() < NULL_MEANS_ALL_VERSION);
    if (all) {
      List<MetadataResponseTopic> topics = new ArrayList<>();
      image.topics().forEach(topic -> topics.add(described(topic)));
      answer(request, call, topics);
      return;
    }
    List<Future<MetadataResponseTopic>> found = new ArrayList<>();
    for (MetadataRequestTopic topic : asked) {
      found.add(find(request, topic, image, call.version()));
    }
    Future.all(found)
        .onSuccess(done -> answer(request, call, found.stream().map(Future::result).toList()))
        .onFailure(call::fail);
  }

  private Future<MetadataResponseTopic> find(
      MetadataRequestData request, MetadataRequestTopic asked, ClusterImage image, short version) {
    String text = asked.name();
    // Kafka's admin client leaves the name empty, others leave it out.
    if (text == null || !asked.topicId().equals(Uuid.ZERO_UUID)) {
      return Future.succeededFuture(byId(asked.topicId(), image, version));
    }
    TopicName name;
    try {
      name = new TopicName(text);
    } catch (StreamException e) {
      return Future.succeededFuture(failed(text, Errors.INVALID_TOPIC_EXCEPTION));
    }
    TopicImage topic = image.topic(name).orElse(null);
    if (topic != null) {
      return Future.succeededFuture(described(topic));
    }
    if (!request.allowAutoTopicCreation() || !creation.allows(name)) {
      return Future.succeededFuture(failed(text, Errors.UNKNOWN_TOPIC_OR_PARTITION));
    }
    return creation
        .findOrCreate(name)
        .map(MetadataHandler::described)
        .otherwise(failure -> failed(text, KafkaErrors.of(failure)));
  }

  private static MetadataResponseTopic byId(Uuid id, ClusterImage image, short version) {
    TopicImage topic = image.topic(TopicIds.of(id)).orElse(null);
    if (topic != null) {
      return described(topic);
    }
    return new MetadataResponseTopic()
        .setName(version >= NULLABLE_NAME_VERSION ? null : "")
        .setTopicId(id)
        .setErrorCode(Errors.UNKNOWN_TOPIC_ID.code());
  }

  private static MetadataResponseTopic failed(String name, Errors error) {
    return new MetadataResponseTopic().setName(name).setErrorCode(error.code());
  }

  private static MetadataResponseTopic described(TopicImage topic) {
    List<MetadataResponsePartition> partitions = new ArrayList<>(topic.partitions().size());
    topic.partitions().forEach(partition -> partitions.add(described(partition)));
    return new MetadataResponseTopic()
        .setName(topic.name().value())
        .setTopicId(TopicIds.uuid(topic.id()))
        .setIsInternal(InternalTopics.isInternal(topic.name()))
        .setPartitions(partitions);
  }

  private static MetadataResponsePartition described(PartitionImage partition) {
    Errors error = partition.leader().isPresent() ? Errors.NONE : Errors.LEADER_NOT_AVAILABLE;
    return new MetadataResponsePartition()
        .setErrorCode(error.code())
        .setPartitionIndex(partition.partition())
        .setLeaderId(partition.leader().map(NodeId::value).orElse(NO_LEADER))
        .setLeaderEpoch(partition.leaderEpoch())
        .setReplicaNodes(Brokers.numbers(partition.replicas()))
        .setIsrNodes(Brokers.numbers(partition.inSyncReplicas()));
  }

  private void answer(
      MetadataRequestData request, KafkaCall call, List<MetadataResponseTopic> found) {
    MetadataResponseTopicCollection topics = new MetadataResponseTopicCollection(found.size());
    for (MetadataResponseTopic topic : found) {
      if (request.includeTopicAuthorizedOperations()) {
        topic.setTopicAuthorizedOperations(Operations.TOPIC);
      }
      topics.mustAdd(topic);
    }
    Brokers known = Brokers.of(call);
    MetadataResponseBrokerCollection brokers = new MetadataResponseBrokerCollection();
    for (Brokers.Broker broker : known.all(false)) {
      brokers.add(
          new MetadataResponseBroker()
              .setNodeId(broker.id())
              .setHost(broker.address().host())
              .setPort(broker.address().port())
              .setRack(broker.rack()));
    }
    for (MetadataResponseTopic topic : topics) {
      for (MetadataResponsePartition partition : topic.partitions()) {
        partition.setOfflineReplicas(known.offline(partition.replicaNodes()));
      }
    }
    call.answer(
        new MetadataResponseData()
            .setBrokers(brokers)
            .setClusterId(loop.image().clusterId())
            .setControllerId(known.controller())
            .setTopics(topics)
            .setClusterAuthorizedOperations(
                request.includeClusterAuthorizedOperations()
                    ? Operations.CLUSTER
                    : Operations.NOT_ASKED));
  }
}
