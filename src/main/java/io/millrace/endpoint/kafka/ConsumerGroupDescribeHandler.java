package io.millrace.endpoint.kafka;

import io.millrace.model.ErrorCode;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse;
import io.millrace.model.group.GroupState;
import io.millrace.model.group.GroupType;
import io.millrace.model.group.TopicPartitions;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.TopicImage;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.Assignment;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.Member;

/** Describes groups whose members the server assigns to (KIP-848). */
final class ConsumerGroupDescribeHandler extends ApiHandler<ConsumerGroupDescribeRequestData> {
  private static final int MIN_VERSION = 0;
  private static final int MAX_VERSION = 1;
  private static final byte CLASSIC_MEMBER = 0;
  private static final byte CONSUMER_MEMBER = 1;

  private final KafkaLoop loop;
  private final Groups groups;

  ConsumerGroupDescribeHandler(KafkaLoop loop, Groups groups) {
    super(
        ApiMessageType.CONSUMER_GROUP_DESCRIBE,
        ConsumerGroupDescribeRequestData::new,
        MIN_VERSION,
        MAX_VERSION);
    this.loop = loop;
    this.groups = groups;
  }

  @Override
  void handle(ConsumerGroupDescribeRequestData request, KafkaCall call) {
    ClusterImage image = loop.image();
    int operations =
        request.includeAuthorizedOperations() ? Operations.GROUP : Operations.NOT_ASKED;
    groups.<String, GroupResponse.Described, DescribedGroup>askEach(
        call,
        request.groupIds(),
        GroupRequest.Describe::new,
        (id, group) -> described(id, group, image).setAuthorizedOperations(operations),
        ConsumerGroupDescribeHandler::failed,
        found -> call.answer(new ConsumerGroupDescribeResponseData().setGroups(found)));
  }

  private static DescribedGroup described(
      String id, GroupResponse.Described group, ClusterImage image) {
    boolean consumer = group.type() == GroupType.CONSUMER;
    if (group.state() == GroupState.DEAD || !consumer) {
      String what = consumer ? "is not there" : "is not a consumer group";
      return failed(id, new GroupError(ErrorCode.GROUP_ID_NOT_FOUND, "group " + id + " " + what));
    }
    if (group.error().isError()) {
      return failed(id, group.error());
    }
    return new DescribedGroup()
        .setGroupId(id)
        .setGroupState(group.state().toString())
        .setGroupEpoch(group.epoch())
        .setAssignmentEpoch(group.assignmentEpoch())
        .setAssignorName(group.protocolName())
        .setMembers(group.members().stream().map(member -> member(member, image)).toList());
  }

  private static DescribedGroup failed(String id, GroupError error) {
    return new DescribedGroup()
        .setGroupId(id)
        .setErrorCode(Groups.code(error))
        .setErrorMessage(Groups.message(error));
  }

  private static Member member(GroupResponse.DescribedMember member, ClusterImage image) {
    String regex = member.subscribedTopicRegex();
    return new Member()
        .setMemberId(member.member().memberId())
        .setInstanceId(member.member().instanceId().orElse(null))
        .setRackId(member.rackId().orElse(null))
        .setMemberEpoch(member.memberEpoch())
        .setClientId(member.origin().clientId())
        .setClientHost(member.origin().clientHost())
        .setSubscribedTopicNames(member.subscribedTopicNames())
        .setSubscribedTopicRegex(regex.isEmpty() ? null : regex)
        .setAssignment(assignment(member.assignment(), image))
        .setTargetAssignment(assignment(member.targetAssignment(), image))
        .setMemberType(member.type() == GroupType.CLASSIC ? CLASSIC_MEMBER : CONSUMER_MEMBER);
  }

  /** Partitions of topics that were deleted meanwhile have no name, and are left out. */
  private static Assignment assignment(List<TopicPartitions> partitions, ClusterImage image) {
    List<ConsumerGroupDescribeResponseData.TopicPartitions> named = new ArrayList<>();
    for (TopicPartitions one : partitions) {
      TopicImage topic = image.topic(one.topicId()).orElse(null);
      if (topic != null) {
        named.add(
            new ConsumerGroupDescribeResponseData.TopicPartitions()
                .setTopicId(TopicIds.uuid(one.topicId()))
                .setTopicName(topic.name().value())
                .setPartitions(one.partitions()));
      }
    }
    return new Assignment().setTopicPartitions(named);
  }
}
