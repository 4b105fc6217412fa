package io.millrace.group.codec;

import io.millrace.group.CommittedPosition;
import io.millrace.group.GroupRecord;
import io.millrace.group.record.StoredClassicGroup;
import io.millrace.group.record.StoredClassicMember;
import io.millrace.group.record.StoredConsumerGroup;
import io.millrace.group.record.StoredConsumerMember;
import io.millrace.group.record.StoredCurrentAssignment;
import io.millrace.group.record.StoredOffset;
import io.millrace.group.record.StoredProtocol;
import io.millrace.group.record.StoredTargetAssignment;
import io.millrace.group.record.StoredTargetEpoch;
import io.millrace.group.record.StoredTopicPartitions;
import io.millrace.model.group.OpaqueBytes;
import io.millrace.model.group.TopicPartitions;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.apache.avro.specific.SpecificRecordBase;

/** The Avro value of a fact that has one. */
final class ValueEncoding implements GroupRecord.Visitor<SpecificRecordBase> {
  static final int NOT_CLASSIC = -1;

  @Override
  public SpecificRecordBase on(GroupRecord.OffsetCommitted record) {
    CommittedPosition value = Objects.requireNonNull(record.value());
    return new StoredOffset(
        value.topic().value(),
        value.offset(),
        value.leaderEpoch(),
        value.metadata(),
        value.commitTimestampMs(),
        value.imageVersion());
  }

  @Override
  public SpecificRecordBase on(GroupRecord.ClassicGroupStored record) {
    GroupRecord.ClassicGroupValue value = Objects.requireNonNull(record.value());
    return new StoredClassicGroup(
        value.protocolType(),
        value.generation(),
        value.protocolName(),
        value.leaderId(),
        value.sinceMs(),
        value.rebalanceCause(),
        value.members().stream().map(ValueEncoding::member).toList());
  }

  private static StoredClassicMember member(GroupRecord.ClassicMemberValue member) {
    return new StoredClassicMember(
        member.memberId(),
        member.instanceId().orElse(null),
        member.origin().clientId(),
        member.origin().clientHost(),
        member.rebalanceTimeoutMs(),
        member.sessionTimeoutMs(),
        bytes(member.metadata()),
        bytes(member.assignment()));
  }

  @Override
  public SpecificRecordBase on(GroupRecord.ConsumerGroupEpoch record) {
    GroupRecord.ConsumerGroupValue value = Objects.requireNonNull(record.value());
    return new StoredConsumerGroup(value.epoch(), value.sinceMs(), value.rebalanceCause());
  }

  @Override
  public SpecificRecordBase on(GroupRecord.ConsumerMemberStored record) {
    GroupRecord.ConsumerMemberValue value = Objects.requireNonNull(record.value());
    return new StoredConsumerMember(
        value.instanceId().orElse(null),
        value.rackId().orElse(null),
        value.origin().clientId(),
        value.origin().clientHost(),
        value.rebalanceTimeoutMs(),
        value.subscribedTopicNames(),
        value.subscribedTopicRegex(),
        value.serverAssignor(),
        value.classic().map(GroupRecord.ClassicPart::sessionTimeoutMs).orElse(NOT_CLASSIC),
        value
            .classic()
            .map(
                classic ->
                    classic.protocols().stream()
                        .map(one -> new StoredProtocol(one.name(), bytes(one.metadata())))
                        .toList())
            .orElse(List.of()));
  }

  @Override
  public SpecificRecordBase on(GroupRecord.TargetAssignmentEpoch record) {
    return new StoredTargetEpoch(Objects.requireNonNull(record.value()));
  }

  @Override
  public SpecificRecordBase on(GroupRecord.TargetAssignmentStored record) {
    return new StoredTargetAssignment(topics(Objects.requireNonNull(record.value())));
  }

  @Override
  public SpecificRecordBase on(GroupRecord.CurrentAssignmentStored record) {
    GroupRecord.CurrentAssignmentValue value = Objects.requireNonNull(record.value());
    return new StoredCurrentAssignment(
        value.memberEpoch(),
        value.previousMemberEpoch(),
        ReconciliationStates.number(value.state()),
        topics(value.assigned()),
        topics(value.pendingRevocation()));
  }

  private static List<StoredTopicPartitions> topics(List<TopicPartitions> topics) {
    return topics.stream()
        .map(
            topic ->
                new StoredTopicPartitions(
                    topic.topicId().mostSignificantBits(),
                    topic.topicId().leastSignificantBits(),
                    topic.partitions()))
        .toList();
  }

  private static ByteBuffer bytes(OpaqueBytes bytes) {
    return ByteBuffer.wrap(bytes.array());
  }
}
