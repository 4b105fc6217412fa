package io.millrace.group;

import io.millrace.group.GroupRecord.ConsumerMemberValue;
import io.millrace.group.TargetAssignment.HandOver;
import io.millrace.model.group.TopicPartitions;
import io.millrace.model.image.ClusterImage;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What every sign of life of a member of a KIP-848 group leads to, in either protocol: what it told
 * is stored; if that, or the topics, changed what the group has to do, the group comes to a new
 * epoch with a new target; and the member takes its next step towards its target.
 */
final class MemberUpdate {
  private final String groupId;
  private final ConsumerGroupState state;
  private final TopicSubscriptions subscriptions;
  private final TargetAssignment targetAssignment;

  /** The image of the last check whether the target covers all topics. */
  private @Nullable ClusterImage checkedImage;

  MemberUpdate(
      String groupId,
      ConsumerGroupState state,
      TopicSubscriptions subscriptions,
      TargetAssignment targetAssignment) {
    this.groupId = groupId;
    this.state = state;
    this.subscriptions = subscriptions;
    this.targetAssignment = targetAssignment;
  }

  /**
   * A member that is heard of.
   *
   * @param base the member as it was, or as it begins
   * @param isNew whether the group does not know it; a successor is not new
   * @param predecessor whose place it takes; null unless it is a static member that came back
   * @param told what it says now, all of it
   * @param owned what it says that it owns; null if it does not say
   */
  record Heard(
      ConsumerMember base,
      boolean isNew,
      @Nullable String predecessor,
      ConsumerMemberValue told,
      @Nullable List<TopicPartitions> owned) {

    String memberId() {
      return base.memberId();
    }

    @Nullable HandOver handOver() {
      return predecessor == null ? null : new HandOver(predecessor, memberId());
    }
  }

  /** Appends what follows, and returns the member as it is then. */
  ConsumerMember apply(Turn turn, Heard heard) {
    if (heard.predecessor() != null) {
      appendTombstones(turn, groupId, heard.predecessor());
    }
    boolean appears = heard.isNew() || heard.predecessor() != null;
    if (appears || !heard.told().equals(heard.base().told())) {
      turn.append(new GroupRecord.ConsumerMemberStored(groupId, heard.memberId(), heard.told()));
    }
    String cause = causeOfNewEpoch(turn, heard);
    int epoch = state.epoch();
    if (cause != null) {
      epoch++;
      appendEpoch(turn, groupId, epoch, cause);
    }
    return reconcile(turn, heard, epoch, target(turn, heard, epoch));
  }

  static void appendEpoch(Turn turn, String groupId, int epoch, String cause) {
    turn.append(
        new GroupRecord.ConsumerGroupEpoch(
            groupId, new GroupRecord.ConsumerGroupValue(epoch, turn.stampMs(), cause)));
  }

  static void appendTombstones(Turn turn, String groupId, String memberId) {
    turn.append(new GroupRecord.CurrentAssignmentStored(groupId, memberId, null));
    turn.append(new GroupRecord.TargetAssignmentStored(groupId, memberId, null));
    turn.append(new GroupRecord.ConsumerMemberStored(groupId, memberId, null));
  }

  /** In one sentence; null if the epoch stays. */
  private @Nullable String causeOfNewEpoch(Turn turn, Heard heard) {
    ConsumerMemberValue before = heard.base().told();
    ConsumerMemberValue now = heard.told();
    if (heard.isNew()) {
      return Causes.joined(heard.memberId(), now.origin());
    }
    if (!now.subscribedTopicNames().equals(before.subscribedTopicNames())
        || !now.subscribedTopicRegex().equals(before.subscribedTopicRegex())) {
      return Causes.subscribed(heard.memberId(), now.origin());
    }
    if (!now.serverAssignor().equals(before.serverAssignor())) {
      return Causes.choseAssignor(heard.memberId(), now.origin(), now.serverAssignor());
    }
    if (checkedImage != turn.image() && state.epoch() == state.targetEpoch()) {
      checkedImage = turn.image();
      if (!state.targetCovers(subscriptions.partitionCounts(state.allTold(), turn.image()))) {
        return Causes.topicsChanged();
      }
    }
    return null;
  }

  private AssignedPartitions target(Turn turn, Heard heard, int epoch) {
    if (epoch == state.targetEpoch()) {
      AssignedPartitions kept = targetAssignment.currentOf(heard.memberId(), heard.handOver());
      if (heard.predecessor() != null) {
        turn.append(
            new GroupRecord.TargetAssignmentStored(
                groupId, heard.memberId(), kept.toTopicPartitions()));
      }
      return kept;
    }
    Map<String, ConsumerMemberValue> members = new TreeMap<>();
    state.members().forEach(member -> members.put(member.memberId(), member.told()));
    members.put(heard.memberId(), heard.told());
    if (heard.predecessor() != null) {
      members.remove(heard.predecessor());
    }
    checkedImage = turn.image();
    return targetAssignment
        .compute(turn, epoch, members, heard.handOver())
        .getOrDefault(heard.memberId(), AssignedPartitions.EMPTY);
  }

  private ConsumerMember reconcile(Turn turn, Heard heard, int epoch, AssignedPartitions target) {
    MemberProgress before = heard.base().progress();
    MemberProgress after =
        new Reconciliation(
                epoch,
                target,
                (topicId, partition) -> isFreeFor(heard, state.owner(topicId, partition)),
                heard.owned())
            .next(before);
    if (heard.isNew() || heard.predecessor() != null || !after.equals(before)) {
      turn.append(
          new GroupRecord.CurrentAssignmentStored(groupId, heard.memberId(), after.toValue()));
    }
    return new ConsumerMember(heard.memberId(), heard.told(), after);
  }

  /** What it owns itself, or whose place it takes, it may have. */
  private static boolean isFreeFor(Heard heard, @Nullable String owner) {
    return owner == null || owner.equals(heard.memberId()) || owner.equals(heard.predecessor());
  }
}
