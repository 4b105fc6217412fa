package io.millrace.endpoint.kafka;

import io.millrace.model.TopicPartition;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.TopicImage;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponsePartition;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponseTopic;
import org.apache.kafka.common.protocol.Errors;

/** Deletes a group's positions in topics that it does not read (KIP-496). */
final class OffsetDeleteHandler extends ApiHandler<OffsetDeleteRequestData> {
  private static final int MIN_VERSION = 0;
  private static final int MAX_VERSION = 0;

  private final KafkaLoop loop;
  private final Groups groups;

  OffsetDeleteHandler(KafkaLoop loop, Groups groups) {
    super(ApiMessageType.OFFSET_DELETE, OffsetDeleteRequestData::new, MIN_VERSION, MAX_VERSION);
    this.loop = loop;
    this.groups = groups;
  }

  @Override
  void handle(OffsetDeleteRequestData request, KafkaCall call) {
    ClusterImage image = loop.image();
    OffsetDeleteResponseData response = new OffsetDeleteResponseData();
    List<TopicPartition> partitions = new ArrayList<>();
    List<OffsetDeleteResponsePartition> expected = new ArrayList<>();
    for (OffsetDeleteRequestTopic asked : request.topics()) {
      TopicImage topic = AskedTopics.byName(image, asked.name());
      OffsetDeleteResponseTopic answered = new OffsetDeleteResponseTopic().setName(asked.name());
      response.topics().mustAdd(answered);
      for (OffsetDeleteRequestPartition one : asked.partitions()) {
        OffsetDeleteResponsePartition slot =
            new OffsetDeleteResponsePartition().setPartitionIndex(one.partitionIndex());
        answered.partitions().mustAdd(slot);
        if (topic == null || !topic.hasPartition(one.partitionIndex())) {
          slot.setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        } else {
          partitions.add(new TopicPartition(topic.name(), one.partitionIndex()));
          expected.add(slot);
        }
      }
    }
    groups.ask(
        call,
        new GroupRequest.DeleteOffsets(request.groupId(), partitions),
        groups.deadlineNanos(),
        deleted -> {
          fill(response, expected, deleted);
          call.answer(response);
        });
  }

  private static void fill(
      OffsetDeleteResponseData response,
      List<OffsetDeleteResponsePartition> expected,
      GroupResponse.OffsetsDeleted deleted) {
    response.setErrorCode(Groups.code(deleted.error()));
    if (deleted.error().isError()) {
      response.topics().clear();
      return;
    }
    for (int i = 0; i < expected.size(); i++) {
      expected.get(i).setErrorCode(Groups.code(deleted.partitions().get(i).error()));
    }
  }
}
