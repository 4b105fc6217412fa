package io.millrace.group.codec;

import io.millrace.group.GroupRecord;
import io.millrace.group.record.GroupKey;
import io.millrace.group.record.MemberKey;
import io.millrace.group.record.OffsetKey;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/** The kinds of facts, by the number that their keys begin with; a number is never used again. */
enum Kind {
  OFFSET(1),
  CLASSIC_GROUP(2),
  CONSUMER_GROUP(3),
  CONSUMER_MEMBER(4),
  TARGET_EPOCH(5),
  TARGET_ASSIGNMENT(6),
  CURRENT_ASSIGNMENT(7);

  static final GroupRecord.Visitor<Kind> OF = new OfRecord();

  private final short number;

  Kind(int number) {
    this.number = (short) number;
  }

  short number() {
    return number;
  }

  /** An empty key, to be read into. */
  SpecificRecordBase newKey() {
    return switch (this) {
      case OFFSET -> new OffsetKey();
      case CLASSIC_GROUP, CONSUMER_GROUP, TARGET_EPOCH -> new GroupKey();
      case CONSUMER_MEMBER, TARGET_ASSIGNMENT, CURRENT_ASSIGNMENT -> new MemberKey();
    };
  }

  /** Null for a number that a later release may have given. */
  static @Nullable Kind numbered(short number) {
    for (Kind kind : values()) {
      if (kind.number == number) {
        return kind;
      }
    }
    return null;
  }

  private static final class OfRecord implements GroupRecord.Visitor<Kind> {
    @Override
    public Kind on(GroupRecord.OffsetCommitted record) {
      return OFFSET;
    }

    @Override
    public Kind on(GroupRecord.ClassicGroupStored record) {
      return CLASSIC_GROUP;
    }

    @Override
    public Kind on(GroupRecord.ConsumerGroupEpoch record) {
      return CONSUMER_GROUP;
    }

    @Override
    public Kind on(GroupRecord.ConsumerMemberStored record) {
      return CONSUMER_MEMBER;
    }

    @Override
    public Kind on(GroupRecord.TargetAssignmentEpoch record) {
      return TARGET_EPOCH;
    }

    @Override
    public Kind on(GroupRecord.TargetAssignmentStored record) {
      return TARGET_ASSIGNMENT;
    }

    @Override
    public Kind on(GroupRecord.CurrentAssignmentStored record) {
      return CURRENT_ASSIGNMENT;
    }
  }
}
