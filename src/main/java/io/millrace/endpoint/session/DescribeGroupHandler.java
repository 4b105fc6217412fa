package io.millrace.endpoint.session;

import io.millrace.model.TopicPartition;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse.Described;
import io.millrace.model.group.GroupResponse.DescribedMember;
import io.millrace.model.group.GroupType;
import io.millrace.model.group.SubscriptionCodec;
import io.millrace.model.group.TopicPartitions;
import io.millrace.model.image.ClusterImage;
import io.millrace.protocol.stream.message.DescribeGroup;
import io.millrace.protocol.stream.message.GroupDescribed;
import io.millrace.protocol.stream.message.GroupMember;
import io.millrace.protocol.stream.message.StreamPartition;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** Describes a group and its members. */
final class DescribeGroupHandler implements MessageHandler<DescribeGroup> {
  @Override
  public void handle(StreamSession session, DescribeGroup message, ByteBuf frame) {
    SessionLoop loop = session.loop();
    Request request = Request.begin(session, message, frame.readableBytes());
    request.answer(
        new GroupQuestions(loop).ask(new GroupRequest.Describe(message.getGroup())),
        group -> toMessage(message, group, loop));
  }

  private static GroupDescribed toMessage(
      DescribeGroup message, Described group, SessionLoop loop) {
    SubscriptionCodec codec = loop.services().subscriptions();
    return new GroupDescribed(
        message.getRequestId(),
        group.groupId(),
        group.type().toString(),
        group.state().toString(),
        group.epoch(),
        group.assignmentEpoch(),
        group.protocolType(),
        group.protocolName(),
        group.rebalanceCause(),
        group.members().stream().map(member -> member(member, loop.image(), codec)).toList());
  }

  private static GroupMember member(
      DescribedMember member, ClusterImage image, SubscriptionCodec codec) {
    boolean classic = member.type() == GroupType.CLASSIC;
    List<StreamPartition> assigned =
        classic && member.assignment().isEmpty()
            ? codec.assignedPartitions(member.classicAssignment()).orElse(List.of()).stream()
                .map(DescribeGroupHandler::partition)
                .toList()
            : partitions(member.assignment(), image);
    List<String> topics =
        classic && member.subscribedTopicNames().isEmpty()
            ? codec
                .subscription(member.metadata())
                .map(SubscriptionCodec.Subscription::topics)
                .orElse(List.of())
            : member.subscribedTopicNames();
    return new GroupMember(
        member.member().memberId(),
        member.member().instanceId().orElse(null),
        member.origin().clientId(),
        member.origin().clientHost(),
        member.type().toString(),
        member.memberEpoch(),
        topics,
        member.subscribedTopicRegex(),
        assigned,
        member.targetAssignment().isEmpty()
            ? assigned
            : partitions(member.targetAssignment(), image));
  }

  private static StreamPartition partition(TopicPartition partition) {
    return new StreamPartition(partition.topic().value(), partition.partition());
  }

  /** Partitions of topics that are gone have no name and are left out. */
  private static List<StreamPartition> partitions(
      List<TopicPartitions> assignment, ClusterImage image) {
    List<StreamPartition> partitions = new ArrayList<>();
    for (TopicPartitions ofTopic : assignment) {
      image
          .topic(ofTopic.topicId())
          .ifPresent(
              topic ->
                  ofTopic
                      .partitions()
                      .forEach(p -> partitions.add(new StreamPartition(topic.name().value(), p))));
    }
    return partitions;
  }
}
