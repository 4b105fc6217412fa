package io.millrace.group;

import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse.Described;
import io.millrace.model.group.GroupResponse.DescribedMember;
import io.millrace.model.group.GroupType;
import io.millrace.model.group.OpaqueBytes;

/** A KIP-848 group as its observers see it. */
final class ConsumerGroupDescription {
  private ConsumerGroupDescription() {}

  static Described of(ConsumerGroup group) {
    ConsumerGroupState state = group.durable();
    return new Described(
        GroupError.NONE,
        group.groupId(),
        GroupType.CONSUMER,
        state.groupState(),
        state.epoch(),
        state.targetEpoch(),
        group.protocolType(),
        group.assignorName(),
        state.rebalanceCause(),
        state.members().stream()
            .map(member -> described(member, state.target(member.memberId())))
            .toList());
  }

  private static DescribedMember described(ConsumerMember member, AssignedPartitions target) {
    return new DescribedMember(
        new GroupRequest.Member(member.memberId(), member.told().instanceId()),
        member.told().origin(),
        member.isClassic() ? GroupType.CLASSIC : GroupType.CONSUMER,
        member.memberEpoch(),
        member.told().rackId(),
        member
            .classic()
            .map(classic -> classic.protocols().get(0).metadata())
            .orElse(OpaqueBytes.EMPTY),
        OpaqueBytes.EMPTY,
        member.told().subscribedTopicNames(),
        member.told().subscribedTopicRegex(),
        member.progress().assigned().toTopicPartitions(),
        target.toTopicPartitions());
  }
}
