package io.millrace.endpoint.kafka;

import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData.ListPartitionReassignmentsTopics;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData.OngoingPartitionReassignment;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData.OngoingTopicReassignment;

/** Says which partitions are moving, by the newest image of this node. */
final class ListPartitionReassignmentsHandler
    extends ApiHandler<ListPartitionReassignmentsRequestData> {
  private static final int VERSION = 0;

  private final KafkaLoop loop;

  ListPartitionReassignmentsHandler(KafkaLoop loop) {
    super(
        ApiMessageType.LIST_PARTITION_REASSIGNMENTS,
        ListPartitionReassignmentsRequestData::new,
        VERSION,
        VERSION);
    this.loop = loop;
  }

  @Override
  void handle(ListPartitionReassignmentsRequestData request, KafkaCall call) {
    List<OngoingTopicReassignment> moving = new ArrayList<>();
    if (request.topics() == null) {
      loop.image().topics().forEach(topic -> add(moving, topic, topic.partitions()));
    } else {
      for (ListPartitionReassignmentsTopics asked : request.topics()) {
        TopicImage topic = AskedTopics.byName(loop.image(), asked.name());
        if (topic != null) {
          Set<Integer> some = new HashSet<>(asked.partitionIndexes());
          add(
              moving,
              topic,
              topic.partitions().stream().filter(each -> some.contains(each.partition())).toList());
        }
      }
    }
    call.answer(
        new ListPartitionReassignmentsResponseData().setErrorMessage(null).setTopics(moving));
  }

  private static void add(
      List<OngoingTopicReassignment> moving, TopicImage topic, List<PartitionImage> some) {
    List<OngoingPartitionReassignment> partitions =
        some.stream()
            .filter(PartitionImage::isMoving)
            .map(
                each ->
                    new OngoingPartitionReassignment()
                        .setPartitionIndex(each.partition())
                        .setReplicas(Brokers.numbers(each.replicas()))
                        .setAddingReplicas(Brokers.numbers(each.addingReplicas()))
                        .setRemovingReplicas(Brokers.numbers(each.removingReplicas())))
            .toList();
    if (!partitions.isEmpty()) {
      moving.add(
          new OngoingTopicReassignment().setName(topic.name().value()).setPartitions(partitions));
    }
  }
}
