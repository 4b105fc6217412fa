package io.millrace.group;

import io.millrace.group.GroupRecord.ClassicPart;
import io.millrace.group.GroupRecord.ConsumerMemberValue;
import io.millrace.model.ErrorCode;
import io.millrace.model.group.GroupError;
import java.util.Optional;

/** A member of a KIP-848 group: what it told, and how far it has come. */
record ConsumerMember(String memberId, ConsumerMemberValue told, MemberProgress progress) {

  /** What only those have that speak the classic protocol. */
  Optional<ClassicPart> classic() {
    return told.classic();
  }

  boolean isClassic() {
    return told.classic().isPresent();
  }

  int memberEpoch() {
    return progress.memberEpoch();
  }

  ConsumerMember with(MemberProgress newProgress) {
    return new ConsumerMember(memberId, told, newProgress);
  }

  /** For positions, which only a member at its current epoch may write. */
  GroupError checkEpoch(int epoch) {
    if (epoch == memberEpoch()) {
      return GroupError.NONE;
    }
    return new GroupError(
        isClassic() ? ErrorCode.ILLEGAL_GENERATION : ErrorCode.STALE_MEMBER_EPOCH,
        "member " + memberId + " is at epoch " + memberEpoch() + ", not " + epoch);
  }
}
