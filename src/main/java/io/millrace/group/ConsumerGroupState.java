package io.millrace.group;

import io.millrace.group.GroupRecord.ConsumerMemberValue;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicId;
import io.millrace.model.group.GroupState;
import io.millrace.model.group.TopicPartitions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is durable of a KIP-848 group, as the replayed records say. Records may come in any order
 * that compaction can leave, a member's progress before the member for instance, and more than
 * once.
 *
 * <p>Invariants: {@code targetEpoch <= epoch}; a partition has at most one owner.
 */
final class ConsumerGroupState {
  private int epoch;
  private long sinceMs;
  private String rebalanceCause = "";
  private int targetEpoch;

  private final Map<String, ConsumerMemberValue> told = new TreeMap<>();
  private final Map<String, MemberProgress> progress = new HashMap<>();
  private final Map<String, AssignedPartitions> targets = new HashMap<>();

  /** Derived: who owns a partition, or was told to give it up and has not said that it did. */
  private final Map<PartitionId, String> owners = new HashMap<>();

  /** Derived: the static members. */
  private final Map<String, String> memberIdsByInstance = new HashMap<>();

  private int classicMembers;

  int epoch() {
    return epoch;
  }

  /** When the epoch was made, in milliseconds of wall-clock time. */
  long sinceMs() {
    return sinceMs;
  }

  String rebalanceCause() {
    return rebalanceCause;
  }

  int targetEpoch() {
    return targetEpoch;
  }

  int size() {
    return told.size();
  }

  boolean isEmpty() {
    return told.isEmpty();
  }

  /** How many of the members speak the classic protocol. */
  int classicMembers() {
    return classicMembers;
  }

  /** The members' ids in order; a view. */
  Set<String> memberIds() {
    return told.keySet();
  }

  boolean hasMember(String memberId) {
    return told.containsKey(memberId);
  }

  @Nullable ConsumerMember find(String memberId) {
    ConsumerMemberValue value = told.get(memberId);
    return value == null
        ? null
        : new ConsumerMember(memberId, value, progress.getOrDefault(memberId, MemberProgress.NEW));
  }

  @Nullable ConsumerMember findStatic(String instanceId) {
    String memberId = memberIdsByInstance.get(instanceId);
    return memberId == null ? null : find(memberId);
  }

  /** Everybody, by member id. */
  List<ConsumerMember> members() {
    List<ConsumerMember> members = new ArrayList<>(told.size());
    told.forEach(
        (memberId, value) ->
            members.add(
                new ConsumerMember(
                    memberId, value, progress.getOrDefault(memberId, MemberProgress.NEW))));
    return members;
  }

  /** What all members told; a view. */
  Collection<ConsumerMemberValue> allTold() {
    return told.values();
  }

  AssignedPartitions target(String memberId) {
    return targets.getOrDefault(memberId, AssignedPartitions.EMPTY);
  }

  @Nullable String owner(TopicId topicId, int partition) {
    return owners.get(new PartitionId(topicId, partition));
  }

  GroupState groupState() {
    if (told.isEmpty()) {
      return GroupState.EMPTY;
    }
    if (epoch > targetEpoch) {
      return GroupState.ASSIGNING;
    }
    for (String memberId : told.keySet()) {
      if (!progress.getOrDefault(memberId, MemberProgress.NEW).hasReached(targetEpoch)) {
        return GroupState.RECONCILING;
      }
    }
    return GroupState.STABLE;
  }

  /** Whether the target gives out all partitions of exactly these topics. */
  boolean targetCovers(Map<TopicId, Integer> partitionCounts) {
    Map<TopicId, Integer> covered = new HashMap<>();
    targets.values().forEach(target -> target.countInto(covered));
    return covered.equals(partitionCounts);
  }

  void replay(GroupRecord.ConsumerGroupEpoch record) {
    var value = record.value();
    epoch = value == null ? 0 : value.epoch();
    sinceMs = value == null ? 0 : value.sinceMs();
    rebalanceCause = value == null ? "" : value.rebalanceCause();
  }

  void replay(GroupRecord.TargetAssignmentEpoch record) {
    targetEpoch = Objects.requireNonNullElse(record.value(), 0);
  }

  void replay(GroupRecord.ConsumerMemberStored record) {
    String memberId = record.memberId();
    ConsumerMemberValue value = record.value();
    ConsumerMemberValue before = value == null ? told.remove(memberId) : told.put(memberId, value);
    if (before != null) {
      before.instanceId().ifPresent(id -> memberIdsByInstance.remove(id, memberId));
      classicMembers -= before.classic().isPresent() ? 1 : 0;
    }
    if (value != null) {
      value.instanceId().ifPresent(id -> memberIdsByInstance.put(id, memberId));
      classicMembers += value.classic().isPresent() ? 1 : 0;
    }
  }

  void replay(GroupRecord.TargetAssignmentStored record) {
    List<TopicPartitions> value = record.value();
    if (value == null) {
      targets.remove(record.memberId());
    } else {
      targets.put(record.memberId(), AssignedPartitions.of(value));
    }
  }

  void replay(GroupRecord.CurrentAssignmentStored record) {
    String memberId = record.memberId();
    var value = record.value();
    MemberProgress before = progress.remove(memberId);
    if (before != null) {
      before
          .owned()
          .forEach((topic, number) -> owners.remove(new PartitionId(topic, number), memberId));
    }
    if (value != null) {
      MemberProgress now = MemberProgress.of(value);
      progress.put(memberId, now);
      now.owned().forEach((topic, number) -> owners.put(new PartitionId(topic, number), memberId));
    }
  }

  /** Whether it has nothing left that a record told; then it is as if it had never been. */
  boolean isVoid() {
    return epoch == 0
        && targetEpoch == 0
        && told.isEmpty()
        && progress.isEmpty()
        && targets.isEmpty();
  }
}
