package io.millrace.endpoint.kafka;

import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse;
import io.millrace.model.group.TopicPartitions;
import java.util.List;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData.Assignment;
import org.jspecify.annotations.Nullable;

/** A consumer joins, keeps alive, says what it has and is told what it may have (KIP-848). */
final class ConsumerGroupHeartbeatHandler extends ApiHandler<ConsumerGroupHeartbeatRequestData> {
  private static final int MIN_VERSION = 0;
  private static final int MAX_VERSION = 1;

  private final Groups groups;

  ConsumerGroupHeartbeatHandler(Groups groups) {
    super(
        ApiMessageType.CONSUMER_GROUP_HEARTBEAT,
        ConsumerGroupHeartbeatRequestData::new,
        MIN_VERSION,
        MAX_VERSION);
    this.groups = groups;
  }

  @Override
  void handle(ConsumerGroupHeartbeatRequestData request, KafkaCall call) {
    GroupRequest.ConsumerHeartbeat heartbeat =
        new GroupRequest.ConsumerHeartbeat(
            request.groupId(),
            Groups.member(request.memberId(), request.instanceId()),
            Groups.origin(call),
            request.memberEpoch(),
            request.rackId(),
            request.rebalanceTimeoutMs(),
            request.subscribedTopicNames(),
            request.subscribedTopicRegex(),
            request.serverAssignor(),
            owned(request));
    groups.ask(call, heartbeat, groups.deadlineNanos(), done -> answer(call, done));
  }

  private static @Nullable List<TopicPartitions> owned(ConsumerGroupHeartbeatRequestData request) {
    List<ConsumerGroupHeartbeatRequestData.TopicPartitions> owned = request.topicPartitions();
    return owned == null
        ? null
        : owned.stream()
            .map(
                one ->
                    new TopicPartitions(
                        TopicIds.of(one.topicId()),
                        one.partitions().stream().distinct().sorted().toList()))
            .toList();
  }

  private static void answer(KafkaCall call, GroupResponse.ConsumerHeartbeatDone done) {
    List<TopicPartitions> assigned = done.assignment();
    call.answer(
        new ConsumerGroupHeartbeatResponseData()
            .setErrorCode(Groups.code(done.error()))
            .setErrorMessage(Groups.message(done.error()))
            .setMemberId(done.memberId().isEmpty() ? null : done.memberId())
            .setMemberEpoch(done.memberEpoch())
            .setHeartbeatIntervalMs(done.heartbeatIntervalMs())
            .setAssignment(assigned == null ? null : assignment(assigned)));
  }

  private static Assignment assignment(List<TopicPartitions> assigned) {
    return new Assignment()
        .setTopicPartitions(
            assigned.stream()
                .map(
                    one ->
                        new ConsumerGroupHeartbeatResponseData.TopicPartitions()
                            .setTopicId(TopicIds.uuid(one.topicId()))
                            .setPartitions(one.partitions()))
                .toList());
  }
}
