package io.millrace.group;

import io.millrace.group.GroupRecord.ClassicGroupValue;
import io.millrace.group.GroupRecord.ClassicMemberValue;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupRequest.Protocol;
import io.millrace.model.group.GroupResponse.Described;
import io.millrace.model.group.GroupResponse.DescribedMember;
import io.millrace.model.group.GroupResponse.JoinedMember;
import io.millrace.model.group.GroupState;
import io.millrace.model.group.GroupType;
import io.millrace.model.group.OpaqueBytes;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** A classic group as its record, its leader and its observers see it. */
final class ClassicRecords {
  private ClassicRecords() {}

  static ClassicGroupValue valueOf(ClassicGroup group) {
    boolean isEmpty = group.members().isEmpty();
    return new ClassicGroupValue(
        group.protocolType(),
        group.generation(),
        isEmpty ? null : group.protocolName(),
        isEmpty ? null : group.members().leaderId(),
        group.sinceMs(),
        group.cause(),
        group.members().all().stream()
            .map(member -> valueOf(member, group.protocolName()))
            .toList());
  }

  private static ClassicMemberValue valueOf(ClassicMember member, String protocolName) {
    return new ClassicMemberValue(
        member.memberId(),
        member.instanceId(),
        member.origin(),
        member.rebalanceTimeoutMs(),
        member.sessionTimeoutMs(),
        member.metadata(protocolName),
        member.assignment());
  }

  /** The members of a stored group; of what each knows, only the chosen strategy was stored. */
  static List<ClassicMember> members(ClassicGroupValue value, ClassicGroup group) {
    return value.members().stream().map(stored -> member(value, stored, group)).toList();
  }

  private static ClassicMember member(
      ClassicGroupValue value, ClassicMemberValue stored, ClassicGroup group) {
    String protocolName = Objects.requireNonNullElse(value.protocolName(), "");
    ClassicMember member =
        group.newMember(
            stored.memberId(),
            stored.instanceId(),
            stored.origin(),
            stored.rebalanceTimeoutMs(),
            stored.sessionTimeoutMs(),
            List.of(new Protocol(protocolName, stored.metadata())));
    member.assign(stored.assignment());
    return member;
  }

  static List<JoinedMember> forLeader(ClassicGroup group) {
    return group.members().all().stream()
        .map(
            member ->
                new JoinedMember(
                    member.memberId(), member.instanceId(), member.metadata(group.protocolName())))
        .toList();
  }

  static Described described(ClassicGroup group) {
    return new Described(
        GroupError.NONE,
        group.groupId(),
        GroupType.CLASSIC,
        group.state(),
        group.generation(),
        group.generation(),
        group.protocolType(),
        group.protocolName(),
        group.cause(),
        group.members().all().stream().map(member -> described(group, member)).toList());
  }

  /** While a rebalance is under way, what members have and want is not settled, and not told. */
  private static DescribedMember described(ClassicGroup group, ClassicMember member) {
    boolean isStable = group.state() == GroupState.STABLE;
    return new DescribedMember(
        new GroupRequest.Member(member.memberId(), member.instanceId()),
        member.origin(),
        GroupType.CLASSIC,
        group.generation(),
        Optional.empty(),
        isStable ? member.metadata(group.protocolName()) : OpaqueBytes.EMPTY,
        isStable ? member.assignment() : OpaqueBytes.EMPTY,
        List.of(),
        "",
        List.of(),
        List.of());
  }
}
