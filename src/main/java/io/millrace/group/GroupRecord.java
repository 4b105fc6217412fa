package io.millrace.group;

import io.millrace.model.PartitionId;
import io.millrace.model.group.GroupRequest.ClientOrigin;
import io.millrace.model.group.GroupRequest.Protocol;
import io.millrace.model.group.OpaqueBytes;
import io.millrace.model.group.TopicPartitions;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A fact about a group, as kept in {@code __consumer_offsets}. Its key is everything but the value;
 * a later fact of the same key replaces it, and one whose value is null deletes it.
 */
public sealed interface GroupRecord {
  /** The group that it is about. */
  String groupId();

  /** Whether it deletes its key. */
  boolean isTombstone();

  /** Calls the visitor's method for this kind of fact. */
  <R> R accept(Visitor<R> visitor);

  /** One method per kind of fact, so that nobody can forget one. */
  interface Visitor<R> {
    R on(OffsetCommitted record);

    R on(ClassicGroupStored record);

    R on(ConsumerGroupEpoch record);

    R on(ConsumerMemberStored record);

    R on(TargetAssignmentEpoch record);

    R on(TargetAssignmentStored record);

    R on(CurrentAssignmentStored record);
  }

  /** A group's position in a partition. */
  record OffsetCommitted(String groupId, PartitionId partition, @Nullable CommittedPosition value)
      implements GroupRecord {
    @Override
    public boolean isTombstone() {
      return value == null;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.on(this);
    }
  }

  /** A classic group as it was when its last generation became stable, or when it became empty. */
  record ClassicGroupStored(String groupId, @Nullable ClassicGroupValue value)
      implements GroupRecord {
    @Override
    public boolean isTombstone() {
      return value == null;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.on(this);
    }
  }

  /**
   * A generation of a classic group.
   *
   * @param protocolType {@code consumer} and so on
   * @param protocolName the chosen strategy; null in an empty group
   * @param leaderId the member that computes assignments; null in an empty group
   * @param sinceMs since when it is so, in milliseconds of wall-clock time
   * @param rebalanceCause why this generation was begun, in one sentence
   */
  record ClassicGroupValue(
      String protocolType,
      int generation,
      @Nullable String protocolName,
      @Nullable String leaderId,
      long sinceMs,
      String rebalanceCause,
      List<ClassicMemberValue> members) {
    public ClassicGroupValue {
      members = List.copyOf(members);
    }
  }

  /**
   * A member of a classic group.
   *
   * @param metadata what it told the leader under the chosen strategy
   * @param assignment what the leader gave it
   */
  record ClassicMemberValue(
      String memberId,
      Optional<String> instanceId,
      ClientOrigin origin,
      int rebalanceTimeoutMs,
      int sessionTimeoutMs,
      OpaqueBytes metadata,
      OpaqueBytes assignment) {}

  /** The epoch of a KIP-848 group; it exists as long as this record does. */
  record ConsumerGroupEpoch(String groupId, @Nullable ConsumerGroupValue value)
      implements GroupRecord {
    @Override
    public boolean isTombstone() {
      return value == null;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.on(this);
    }
  }

  /**
   * A KIP-848 group.
   *
   * @param epoch grows whenever its members, their subscriptions or their topics change
   * @param sinceMs when it grew last, in milliseconds of wall-clock time
   * @param rebalanceCause why it grew last, in one sentence
   */
  record ConsumerGroupValue(int epoch, long sinceMs, String rebalanceCause) {}

  /** A member of a KIP-848 group. */
  record ConsumerMemberStored(String groupId, String memberId, @Nullable ConsumerMemberValue value)
      implements GroupRecord {
    @Override
    public boolean isTombstone() {
      return value == null;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.on(this);
    }
  }

  /**
   * What a member of a KIP-848 group said about itself.
   *
   * @param subscribedTopicRegex empty for none
   * @param serverAssignor empty for the server's choice
   * @param classic what it needs beyond that if it speaks the classic protocol
   */
  record ConsumerMemberValue(
      Optional<String> instanceId,
      Optional<String> rackId,
      ClientOrigin origin,
      int rebalanceTimeoutMs,
      List<String> subscribedTopicNames,
      String subscribedTopicRegex,
      String serverAssignor,
      Optional<ClassicPart> classic) {
    public ConsumerMemberValue {
      subscribedTopicNames = List.copyOf(subscribedTopicNames);
    }
  }

  /** What a member that speaks the classic protocol told when it joined. */
  record ClassicPart(int sessionTimeoutMs, List<Protocol> protocols) {
    public ClassicPart {
      protocols = List.copyOf(protocols);
    }
  }

  /** The group epoch that the target assignment of a KIP-848 group was computed for. */
  record TargetAssignmentEpoch(String groupId, @Nullable Integer value) implements GroupRecord {
    @Override
    public boolean isTombstone() {
      return value == null;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.on(this);
    }
  }

  /** What a member of a KIP-848 group is to own once everyone has moved. */
  record TargetAssignmentStored(
      String groupId, String memberId, @Nullable List<TopicPartitions> value)
      implements GroupRecord {
    @Override
    public boolean isTombstone() {
      return value == null;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.on(this);
    }
  }

  /** What a member of a KIP-848 group may own now. */
  record CurrentAssignmentStored(
      String groupId, String memberId, @Nullable CurrentAssignmentValue value)
      implements GroupRecord {
    @Override
    public boolean isTombstone() {
      return value == null;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.on(this);
    }
  }

  /**
   * How far a member of a KIP-848 group has come.
   *
   * @param previousMemberEpoch accepted as well, for a member that missed the last answer
   * @param assigned what it may own
   * @param pendingRevocation what it was told to give up and may still own
   */
  record CurrentAssignmentValue(
      int memberEpoch,
      int previousMemberEpoch,
      ReconciliationState state,
      List<TopicPartitions> assigned,
      List<TopicPartitions> pendingRevocation) {
    public CurrentAssignmentValue {
      assigned = List.copyOf(assigned);
      pendingRevocation = List.copyOf(pendingRevocation);
    }
  }

  /** Where a member of a KIP-848 group is on its way to its target. */
  enum ReconciliationState {
    /** It owns what it should at its epoch. */
    STABLE,
    /** It has been told to give up partitions and has not said yet that it did. */
    UNREVOKED_PARTITIONS,
    /** It waits for partitions that others have not given up yet. */
    UNRELEASED_PARTITIONS
  }
}
