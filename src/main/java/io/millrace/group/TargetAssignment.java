package io.millrace.group;

import io.millrace.group.AssignmentSpec.MemberSpec;
import io.millrace.group.GroupRecord.ConsumerMemberValue;
import io.millrace.model.TopicId;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Computes what each member of one group is to own, and appends what changes by that. */
final class TargetAssignment {
  private final String groupId;
  private final ConsumerGroupState state;
  private final TopicSubscriptions subscriptions;
  private final Assignors assignors;

  TargetAssignment(
      String groupId,
      ConsumerGroupState state,
      TopicSubscriptions subscriptions,
      Assignors assignors) {
    this.groupId = groupId;
    this.state = state;
    this.subscriptions = subscriptions;
    this.assignors = assignors;
  }

  /**
   * A static member's new member id.
   *
   * @param from has the target
   * @param to gets it
   */
  record HandOver(String from, String to) {}

  /** What the members may come to after this turn. */
  AssignedPartitions currentOf(String memberId, @Nullable HandOver handOver) {
    return state.target(
        handOver != null && handOver.to().equals(memberId) ? handOver.from() : memberId);
  }

  /**
   * Appends a new target for everybody.
   *
   * @param members as they are after this turn
   * @param handOver null if no member takes another's place
   * @return by member id
   */
  Map<String, AssignedPartitions> compute(
      Turn turn, int epoch, Map<String, ConsumerMemberValue> members, @Nullable HandOver handOver) {
    Map<TopicId, Integer> partitionCounts =
        subscriptions.partitionCounts(members.values(), turn.image());
    Map<String, MemberSpec> specs = new HashMap<>();
    members.forEach(
        (memberId, told) ->
            specs.put(
                memberId,
                new MemberSpec(
                    told.instanceId(),
                    subscriptions.topicsOf(told, turn.image()),
                    currentOf(memberId, handOver))));
    Map<String, AssignedPartitions> targets =
        assignors.chosenBy(members.values()).assign(new AssignmentSpec(specs, partitionCounts));
    for (String memberId : members.keySet()) {
      AssignedPartitions target = targets.getOrDefault(memberId, AssignedPartitions.EMPTY);
      if (!target.equals(state.target(memberId))) {
        turn.append(
            new GroupRecord.TargetAssignmentStored(groupId, memberId, target.toTopicPartitions()));
      }
    }
    turn.append(new GroupRecord.TargetAssignmentEpoch(groupId, epoch));
    return targets;
  }
}
