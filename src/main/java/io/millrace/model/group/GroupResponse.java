package io.millrace.model.group;

import io.millrace.model.TopicPartition;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a group's coordinator answers. */
public sealed interface GroupResponse {
  /** Whether and why the request as a whole was refused. */
  GroupError error();

  /** Answers requests that have nothing more to tell. */
  record Done(GroupError error) implements GroupResponse {}

  /**
   * A generation has begun for this member.
   *
   * @param protocolType null if the request was refused before there was one
   * @param protocolName the chosen strategy; null as above
   * @param memberId the member's id, also when it is told to come again with it
   * @param members everyone, for the leader; empty for others
   * @param skipAssignment whether the leader computes nothing (KIP-814)
   */
  record Joined(
      GroupError error,
      int generation,
      @Nullable String protocolType,
      @Nullable String protocolName,
      String leaderId,
      boolean skipAssignment,
      String memberId,
      List<JoinedMember> members)
      implements GroupResponse {
    public static Joined refused(GroupError error, String memberId) {
      return new Joined(error, -1, null, null, "", false, memberId, List.of());
    }
  }

  /** A member as its leader sees it. */
  record JoinedMember(String memberId, Optional<String> instanceId, OpaqueBytes metadata) {}

  /** A classic member's assignment. */
  record Synced(
      GroupError error,
      @Nullable String protocolType,
      @Nullable String protocolName,
      OpaqueBytes assignment)
      implements GroupResponse {
    public static Synced refused(GroupError error) {
      return new Synced(error, null, null, OpaqueBytes.EMPTY);
    }
  }

  /** One result per leaver, in the order of the request. */
  record Left(GroupError error, List<LeaverResult> members) implements GroupResponse {}

  /** What became of one that leaves. */
  record LeaverResult(GroupRequest.Member member, GroupError error) {}

  /**
   * Answers a consumer's heartbeat.
   *
   * @param memberId empty on error
   * @param assignment what the member should own; null if nothing changed since it was last told
   */
  record ConsumerHeartbeatDone(
      GroupError error,
      String memberId,
      int memberEpoch,
      int heartbeatIntervalMs,
      @Nullable List<TopicPartitions> assignment)
      implements GroupResponse {
    public static ConsumerHeartbeatDone refused(GroupError error) {
      return new ConsumerHeartbeatDone(error, "", 0, 0, null);
    }
  }

  /** One result per position, in the order of the request. */
  record OffsetsCommitted(GroupError error, List<PartitionResult> partitions)
      implements GroupResponse {}

  /** Whether one partition's part was carried out. */
  record PartitionResult(TopicPartition partition, GroupError error) {}

  /** One position per partition asked for, or all that the group has. */
  record OffsetsFetched(GroupError error, List<CommittedOffset> offsets) implements GroupResponse {}

  /**
   * A group's position.
   *
   * @param offset -1 if there is none
   * @param leaderEpoch -1 if unknown
   */
  record CommittedOffset(
      TopicPartition partition, long offset, int leaderEpoch, String metadata, GroupError error) {}

  /** One result per partition, in the order of the request. */
  record OffsetsDeleted(GroupError error, List<PartitionResult> partitions)
      implements GroupResponse {}

  /**
   * A group with all there is to say about it. A group that does not exist is {@link
   * GroupState#DEAD} with GROUP_ID_NOT_FOUND.
   *
   * @param epoch generation, or group epoch
   * @param assignmentEpoch of the target assignment; the generation in a classic group
   * @param protocolType {@code consumer} and so on; empty if there never were members
   * @param protocolName the chosen strategy, or the server's assignor; empty if none
   * @param rebalanceCause the last rebalance's cause in one sentence; empty if there was none
   */
  record Described(
      GroupError error,
      String groupId,
      GroupType type,
      GroupState state,
      int epoch,
      int assignmentEpoch,
      String protocolType,
      String protocolName,
      String rebalanceCause,
      List<DescribedMember> members)
      implements GroupResponse {}

  /**
   * A member. What only one protocol has is empty in the other.
   *
   * @param type the protocol that this member itself speaks
   * @param memberEpoch generation in a classic group
   * @param metadata classic: what it told the leader
   * @param classicAssignment classic: what the leader gave it
   * @param subscribedTopicRegex empty if none
   * @param assignment consumer: what it may own now
   * @param targetAssignment consumer: what it will own
   */
  record DescribedMember(
      GroupRequest.Member member,
      GroupRequest.ClientOrigin origin,
      GroupType type,
      int memberEpoch,
      Optional<String> rackId,
      OpaqueBytes metadata,
      OpaqueBytes classicAssignment,
      List<String> subscribedTopicNames,
      String subscribedTopicRegex,
      List<TopicPartitions> assignment,
      List<TopicPartitions> targetAssignment) {}

  /**
   * A group in a list.
   *
   * @param protocolType empty if there never were members
   */
  record Listed(String groupId, String protocolType, GroupState state, GroupType type) {}
}
