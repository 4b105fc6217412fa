package io.millrace.endpoint.kafka;

import io.millrace.model.group.GroupResponse;
import io.millrace.model.image.ClusterImage;
import java.util.List;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartition;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopic;

/**
 * Asks for positions, of some partitions or of all, from version 8 on of many groups (KIP-709). The
 * older form is brought into the newer one, and the answer back.
 */
final class OffsetFetchHandler extends ApiHandler<OffsetFetchRequestData> {
  private static final int MIN_VERSION = 1;
  private static final int MAX_VERSION = 10;
  private static final int GROUP_ERROR_VERSION = 2;
  private static final int MANY_GROUPS_VERSION = 8;
  private static final int TOPIC_ID_VERSION = 10;

  private final KafkaLoop loop;
  private final Groups groups;

  OffsetFetchHandler(KafkaLoop loop, Groups groups) {
    super(ApiMessageType.OFFSET_FETCH, OffsetFetchRequestData::new, MIN_VERSION, MAX_VERSION);
    this.loop = loop;
    this.groups = groups;
  }

  @Override
  void handle(OffsetFetchRequestData request, KafkaCall call) {
    boolean many = call.version() >= MANY_GROUPS_VERSION;
    boolean byId = call.version() >= TOPIC_ID_VERSION;
    ClusterImage image = loop.image();
    List<OffsetFetchRequestGroup> asked = many ? request.groups() : List.of(onlyGroup(request));
    List<PositionsAsked> questions =
        asked.stream().map(group -> new PositionsAsked(image, group, byId)).toList();
    groups.<PositionsAsked, GroupResponse.OffsetsFetched, OffsetFetchResponseGroup>askEach(
        call,
        questions,
        question -> question.request(request.requireStable()),
        PositionsAsked::answered,
        PositionsAsked::refused,
        answers -> answer(call, many, answers));
  }

  private static OffsetFetchRequestGroup onlyGroup(OffsetFetchRequestData request) {
    List<OffsetFetchRequestTopic> topics = request.topics();
    return new OffsetFetchRequestGroup()
        .setGroupId(request.groupId())
        .setTopics(
            topics == null
                ? null
                : topics.stream()
                    .map(
                        one ->
                            new OffsetFetchRequestTopics()
                                .setName(one.name())
                                .setPartitionIndexes(one.partitionIndexes()))
                    .toList());
  }

  private static void answer(KafkaCall call, boolean many, List<OffsetFetchResponseGroup> found) {
    OffsetFetchResponseData response = new OffsetFetchResponseData();
    if (many) {
      call.answer(response.setGroups(found));
      return;
    }
    OffsetFetchResponseGroup only = found.get(0);
    if (call.version() >= GROUP_ERROR_VERSION) {
      response.setErrorCode(only.errorCode());
    }
    call.answer(
        response.setTopics(
            only.topics().stream()
                .map(
                    topic ->
                        new OffsetFetchResponseTopic()
                            .setName(topic.name())
                            .setPartitions(
                                topic.partitions().stream()
                                    .map(
                                        one ->
                                            new OffsetFetchResponsePartition()
                                                .setPartitionIndex(one.partitionIndex())
                                                .setCommittedOffset(one.committedOffset())
                                                .setCommittedLeaderEpoch(one.committedLeaderEpoch())
                                                .setMetadata(one.metadata())
                                                .setErrorCode(one.errorCode()))
                                    .toList()))
                .toList()));
  }
}
