package io.millrace.group.codec;

import io.millrace.group.GroupRecord;
import io.millrace.group.record.GroupKey;
import io.millrace.group.record.MemberKey;
import io.millrace.group.record.OffsetKey;
import org.apache.avro.specific.SpecificRecordBase;

/** The Avro key of a fact. */
final class KeyEncoding implements GroupRecord.Visitor<SpecificRecordBase> {
  @Override
  public SpecificRecordBase on(GroupRecord.OffsetCommitted record) {
    return new OffsetKey(
        record.groupId(),
        record.partition().topicId().mostSignificantBits(),
        record.partition().topicId().leastSignificantBits(),
        record.partition().partition());
  }

  @Override
  public SpecificRecordBase on(GroupRecord.ClassicGroupStored record) {
    return new GroupKey(record.groupId());
  }

  @Override
  public SpecificRecordBase on(GroupRecord.ConsumerGroupEpoch record) {
    return new GroupKey(record.groupId());
  }

  @Override
  public SpecificRecordBase on(GroupRecord.ConsumerMemberStored record) {
    return new MemberKey(record.groupId(), record.memberId());
  }

  @Override
  public SpecificRecordBase on(GroupRecord.TargetAssignmentEpoch record) {
    return new GroupKey(record.groupId());
  }

  @Override
  public SpecificRecordBase on(GroupRecord.TargetAssignmentStored record) {
    return new MemberKey(record.groupId(), record.memberId());
  }

  @Override
  public SpecificRecordBase on(GroupRecord.CurrentAssignmentStored record) {
    return new MemberKey(record.groupId(), record.memberId());
  }
}
