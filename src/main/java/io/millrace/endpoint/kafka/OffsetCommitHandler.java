package io.millrace.endpoint.kafka;

import io.millrace.model.TopicPartition;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.TopicImage;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponsePartition;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponseTopic;
import org.apache.kafka.common.protocol.Errors;

/** Commits positions of a group, or of a consumer without one. */
final class OffsetCommitHandler extends ApiHandler<OffsetCommitRequestData> {
  private static final int MIN_VERSION = 2;
  private static final int MAX_VERSION = 10;
  private static final int TOPIC_ID_VERSION = 10;

  private final KafkaLoop loop;
  private final Groups groups;

  OffsetCommitHandler(KafkaLoop loop, Groups groups) {
    super(ApiMessageType.OFFSET_COMMIT, OffsetCommitRequestData::new, MIN_VERSION, MAX_VERSION);
    this.loop = loop;
    this.groups = groups;
  }

  @Override
  void handle(OffsetCommitRequestData request, KafkaCall call) {
    ClusterImage image = loop.image();
    boolean byId = call.version() >= TOPIC_ID_VERSION;
    OffsetCommitResponseData response = new OffsetCommitResponseData();
    List<GroupRequest.OffsetCommit> commits = new ArrayList<>();
    List<OffsetCommitResponsePartition> expected = new ArrayList<>();
    for (OffsetCommitRequestTopic asked : request.topics()) {
      TopicImage topic =
          byId ? AskedTopics.byId(image, asked.topicId()) : AskedTopics.byName(image, asked.name());
      OffsetCommitResponseTopic answered =
          new OffsetCommitResponseTopic().setName(asked.name()).setTopicId(asked.topicId());
      response.topics().add(answered);
      for (OffsetCommitRequestPartition one : asked.partitions()) {
        OffsetCommitResponsePartition slot =
            new OffsetCommitResponsePartition().setPartitionIndex(one.partitionIndex());
        answered.partitions().add(slot);
        if (topic == null) {
          slot.setErrorCode(AskedTopics.unknown(byId).code());
        } else if (!topic.hasPartition(one.partitionIndex())) {
          slot.setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        } else {
          commits.add(commit(topic, one));
          expected.add(slot);
        }
      }
    }
    if (commits.isEmpty()) {
      call.answer(response);
      return;
    }
    GroupRequest.CommitOffsets commit =
        new GroupRequest.CommitOffsets(
            request.groupId(),
            Groups.member(request.memberId(), request.groupInstanceId()),
            request.generationIdOrMemberEpoch(),
            commits);
    groups.ask(
        call,
        commit,
        groups.deadlineNanos(),
        done -> {
          fill(expected, done);
          call.answer(response);
        });
  }

  private static GroupRequest.OffsetCommit commit(
      TopicImage topic, OffsetCommitRequestPartition one) {
    return new GroupRequest.OffsetCommit(
        new TopicPartition(topic.name(), one.partitionIndex()),
        one.committedOffset(),
        one.committedLeaderEpoch(),
        one.committedMetadata() == null ? "" : one.committedMetadata());
  }

  private static void fill(
      List<OffsetCommitResponsePartition> expected, GroupResponse.OffsetsCommitted done) {
    for (int i = 0; i < expected.size(); i++) {
      GroupError error = done.error().isError() ? done.error() : done.partitions().get(i).error();
      expected.get(i).setErrorCode(Groups.code(error));
    }
  }
}
