package io.millrace.group.codec;

import io.millrace.group.CommittedPosition;
import io.millrace.group.GroupRecord;
import io.millrace.group.record.GroupKey;
import io.millrace.group.record.MemberKey;
import io.millrace.group.record.OffsetKey;
import io.millrace.group.record.StoredClassicGroup;
import io.millrace.group.record.StoredClassicMember;
import io.millrace.group.record.StoredConsumerGroup;
import io.millrace.group.record.StoredConsumerMember;
import io.millrace.group.record.StoredCurrentAssignment;
import io.millrace.group.record.StoredOffset;
import io.millrace.group.record.StoredTargetAssignment;
import io.millrace.group.record.StoredTargetEpoch;
import io.millrace.group.record.StoredTopicPartitions;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.group.GroupRequest.ClientOrigin;
import io.millrace.model.group.GroupRequest.Protocol;
import io.millrace.model.group.OpaqueBytes;
import io.millrace.model.group.TopicPartitions;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/** The fact in an Avro key and value; a runtime exception if their values are none. */
final class ValueDecoding {
  private ValueDecoding() {}

  static GroupRecord record(Kind kind, SpecificRecordBase key, @Nullable SpecificRecordBase value) {
    return switch (kind) {
      case OFFSET ->
          new GroupRecord.OffsetCommitted(
              ((OffsetKey) key).getGroupId(),
              partition((OffsetKey) key),
              value == null ? null : position((StoredOffset) value));
      case CLASSIC_GROUP ->
          new GroupRecord.ClassicGroupStored(
              groupId(key), value == null ? null : classicGroup((StoredClassicGroup) value));
      case CONSUMER_GROUP ->
          new GroupRecord.ConsumerGroupEpoch(
              groupId(key), value == null ? null : consumerGroup((StoredConsumerGroup) value));
      case CONSUMER_MEMBER ->
          new GroupRecord.ConsumerMemberStored(
              ((MemberKey) key).getGroupId(),
              ((MemberKey) key).getMemberId(),
              value == null ? null : consumerMember((StoredConsumerMember) value));
      case TARGET_EPOCH ->
          new GroupRecord.TargetAssignmentEpoch(
              groupId(key), value == null ? null : ((StoredTargetEpoch) value).getEpoch());
      case TARGET_ASSIGNMENT ->
          new GroupRecord.TargetAssignmentStored(
              ((MemberKey) key).getGroupId(),
              ((MemberKey) key).getMemberId(),
              value == null ? null : topics(((StoredTargetAssignment) value).getTopics()));
      case CURRENT_ASSIGNMENT ->
          new GroupRecord.CurrentAssignmentStored(
              ((MemberKey) key).getGroupId(),
              ((MemberKey) key).getMemberId(),
              value == null ? null : current((StoredCurrentAssignment) value));
    };
  }

  private static String groupId(SpecificRecordBase key) {
    return ((GroupKey) key).getGroupId();
  }

  private static PartitionId partition(OffsetKey key) {
    return new PartitionId(
        new TopicId(key.getTopicIdHigh(), key.getTopicIdLow()), key.getPartition());
  }

  private static CommittedPosition position(StoredOffset value) {
    return new CommittedPosition(
        new TopicName(value.getTopic()),
        value.getOffset(),
        value.getLeaderEpoch(),
        value.getMetadata(),
        value.getCommitTimestampMs(),
        value.getImageVersion());
  }

  private static GroupRecord.ClassicGroupValue classicGroup(StoredClassicGroup value) {
    return new GroupRecord.ClassicGroupValue(
        value.getProtocolType(),
        value.getGeneration(),
        value.getProtocolName(),
        value.getLeaderId(),
        value.getSinceMs(),
        value.getRebalanceCause(),
        value.getMembers().stream().map(ValueDecoding::classicMember).toList());
  }

  private static GroupRecord.ClassicMemberValue classicMember(StoredClassicMember member) {
    return new GroupRecord.ClassicMemberValue(
        member.getMemberId(),
        Optional.ofNullable(member.getInstanceId()),
        new ClientOrigin(member.getClientId(), member.getClientHost()),
        member.getRebalanceTimeoutMs(),
        member.getSessionTimeoutMs(),
        bytes(member.getMetadata()),
        bytes(member.getAssignment()));
  }

  private static GroupRecord.ConsumerGroupValue consumerGroup(StoredConsumerGroup value) {
    return new GroupRecord.ConsumerGroupValue(
        value.getEpoch(), value.getSinceMs(), value.getRebalanceCause());
  }

  private static GroupRecord.ConsumerMemberValue consumerMember(StoredConsumerMember value) {
    return new GroupRecord.ConsumerMemberValue(
        Optional.ofNullable(value.getInstanceId()),
        Optional.ofNullable(value.getRackId()),
        new ClientOrigin(value.getClientId(), value.getClientHost()),
        value.getRebalanceTimeoutMs(),
        value.getSubscribedTopicNames(),
        value.getSubscribedTopicRegex(),
        value.getServerAssignor(),
        value.getClassicSessionTimeoutMs() == ValueEncoding.NOT_CLASSIC
            ? Optional.empty()
            : Optional.of(classicPart(value)));
  }

  private static GroupRecord.ClassicPart classicPart(StoredConsumerMember value) {
    return new GroupRecord.ClassicPart(
        value.getClassicSessionTimeoutMs(),
        value.getClassicProtocols().stream()
            .map(one -> new Protocol(one.getName(), bytes(one.getMetadata())))
            .toList());
  }

  private static GroupRecord.CurrentAssignmentValue current(StoredCurrentAssignment value) {
    return new GroupRecord.CurrentAssignmentValue(
        value.getMemberEpoch(),
        value.getPreviousMemberEpoch(),
        ReconciliationStates.numbered(value.getState()),
        topics(value.getAssigned()),
        topics(value.getPendingRevocation()));
  }

  private static List<TopicPartitions> topics(List<StoredTopicPartitions> topics) {
    return topics.stream()
        .map(
            topic ->
                new TopicPartitions(
                    new TopicId(topic.getTopicIdHigh(), topic.getTopicIdLow()),
                    topic.getPartitions()))
        .toList();
  }

  private static OpaqueBytes bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return OpaqueBytes.of(bytes);
  }
}
