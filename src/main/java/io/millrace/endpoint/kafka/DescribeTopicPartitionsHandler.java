package io.millrace.endpoint.kafka;

import io.millrace.model.InternalTopics;
import io.millrace.model.NodeId;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import java.util.List;
import java.util.TreeSet;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponsePartition;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic;
import org.apache.kafka.common.protocol.Errors;

/** Describes topics page by page (KIP-966): by name, from where a cursor points. */
final class DescribeTopicPartitionsHandler extends ApiHandler<DescribeTopicPartitionsRequestData> {
  private static final int MIN_VERSION = 0;
  private static final int MAX_VERSION = 0;

  /** Kafka's {@code max.request.partition.size.limit}. */
  private static final int MAX_PARTITIONS = 2_000;

  private static final int NO_LEADER = -1;

  private final KafkaLoop loop;

  DescribeTopicPartitionsHandler(KafkaLoop loop) {
    super(
        ApiMessageType.DESCRIBE_TOPIC_PARTITIONS,
        DescribeTopicPartitionsRequestData::new,
        MIN_VERSION,
        MAX_VERSION);
    this.loop = loop;
  }

  @Override
  void handle(DescribeTopicPartitionsRequestData request, KafkaCall call) {
    ClusterImage image = loop.image();
    TreeSet<String> names = new TreeSet<>();
    request.topics().stream().map(TopicRequest::name).forEach(names::add);
    boolean all = names.isEmpty();
    if (all) {
      image.topics().forEach(topic -> names.add(topic.name().value()));
    }
    DescribeTopicPartitionsRequestData.Cursor cursor = request.cursor();
    int first = 0;
    if (cursor != null) {
      if (cursor.partitionIndex() < 0) {
        throw new InvalidRequestException("the cursor's partition is " + cursor.partitionIndex());
      }
      names.headSet(cursor.topicName()).clear();
      first = cursor.partitionIndex();
    }
    DescribeTopicPartitionsResponseData response = new DescribeTopicPartitionsResponseData();
    int room = Math.min(Math.max(1, request.responsePartitionLimit()), MAX_PARTITIONS);
    for (String name : names) {
      TopicImage topic = AskedTopics.byName(image, name);
      boolean atCursor = cursor != null && name.equals(cursor.topicName());
      if (topic == null) {
        response.topics().mustAdd(unknown(name));
        continue;
      }
      if (room == 0) {
        response.setNextCursor(new Cursor().setTopicName(name).setPartitionIndex(0));
        break;
      }
      int from = atCursor ? Math.min(first, topic.partitions().size()) : 0;
      int to = Math.min(topic.partitions().size(), from + room);
      response
          .topics()
          .mustAdd(described(topic, topic.partitions().subList(from, to), Brokers.of(call)));
      room -= to - from;
      if (to < topic.partitions().size()) {
        response.setNextCursor(new Cursor().setTopicName(name).setPartitionIndex(to));
        break;
      }
    }
    call.answer(response);
  }

  private static DescribeTopicPartitionsResponseTopic unknown(String name) {
    return new DescribeTopicPartitionsResponseTopic()
        .setName(name)
        .setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
  }

  private static DescribeTopicPartitionsResponseTopic described(
      TopicImage topic, List<PartitionImage> partitions, Brokers brokers) {
    return new DescribeTopicPartitionsResponseTopic()
        .setName(topic.name().value())
        .setTopicId(TopicIds.uuid(topic.id()))
        .setIsInternal(InternalTopics.isInternal(topic.name()))
        .setTopicAuthorizedOperations(Operations.TOPIC)
        .setPartitions(partitions.stream().map(p -> described(p, brokers)).toList());
  }

  private static DescribeTopicPartitionsResponsePartition described(
      PartitionImage partition, Brokers brokers) {
    List<Integer> replicas = Brokers.numbers(partition.replicas());
    Errors error = partition.leader().isPresent() ? Errors.NONE : Errors.LEADER_NOT_AVAILABLE;
    return new DescribeTopicPartitionsResponsePartition()
        .setErrorCode(error.code())
        .setPartitionIndex(partition.partition())
        .setLeaderId(partition.leader().map(NodeId::value).orElse(NO_LEADER))
        .setLeaderEpoch(partition.leaderEpoch())
        .setReplicaNodes(replicas)
        .setOfflineReplicas(brokers.offline(replicas))
        .setIsrNodes(Brokers.numbers(partition.inSyncReplicas()))
        .setEligibleLeaderReplicas(Brokers.numbers(partition.eligibleLeaderReplicas()))
        .setLastKnownElr(Brokers.numbers(partition.lastKnownInSync()));
  }
}
