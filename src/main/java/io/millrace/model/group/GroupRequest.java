package io.millrace.model.group;

import io.millrace.model.TopicPartition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a group's coordinator can be asked. Each request is answered once by a response of its type;
 * {@link Join} and {@link Sync} may wait for other members first.
 *
 * @param <R> what it is answered by
 */
public sealed interface GroupRequest<R extends GroupResponse> {
  /** The generation or epoch of a commit by a client that is in no group. */
  int NO_GENERATION = -1;

  /** The group meant; 1 to {@code group.id} characters as the client sent them, may be empty. */
  String groupId();

  /**
   * Who asks.
   *
   * @param clientHost its address as text, for people
   */
  record ClientOrigin(String clientId, String clientHost) {}

  /**
   * A member's identity.
   *
   * @param memberId empty if it has none yet
   * @param instanceId its {@code group.instance.id} if it is a static member (KIP-345)
   */
  record Member(String memberId, Optional<String> instanceId) {}

  /**
   * Classic: joins, or joins again for the next generation.
   *
   * @param protocolType {@code consumer} for consumers, {@code connect} for Connect workers, free
   * @param protocols by the member's preference
   * @param requireKnownMemberId whether a member without an id is given one and told to come again
   *     (KIP-394)
   * @param supportsSkippingAssignment whether a leader may be told to compute nothing (KIP-814)
   * @param reason why it joins, for people; empty if it does not say (KIP-800)
   */
  record Join(
      String groupId,
      Member member,
      ClientOrigin origin,
      int sessionTimeoutMs,
      int rebalanceTimeoutMs,
      String protocolType,
      List<Protocol> protocols,
      boolean requireKnownMemberId,
      boolean supportsSkippingAssignment,
      String reason)
      implements GroupRequest<GroupResponse.Joined> {}

  /** An assignment strategy that a classic member knows, with what it tells the leader. */
  record Protocol(String name, OpaqueBytes metadata) {}

  /**
   * Classic: asks for its assignment; the leader brings everyone's.
   *
   * @param protocolType null if the client's version does not say
   * @param protocolName null if the client's version does not say
   * @param assignments by member id; empty except from the leader
   */
  record Sync(
      String groupId,
      Member member,
      int generation,
      @Nullable String protocolType,
      @Nullable String protocolName,
      Map<String, OpaqueBytes> assignments)
      implements GroupRequest<GroupResponse.Synced> {}

  /** Classic: still there. */
  record Heartbeat(String groupId, Member member, int generation)
      implements GroupRequest<GroupResponse.Done> {}

  /** Some members leave; a static member may be named by its instance id alone. */
  record Leave(String groupId, List<Leaver> members) implements GroupRequest<GroupResponse.Left> {}

  /**
   * One that leaves.
   *
   * @param reason for people; empty if it does not say
   */
  record Leaver(Member member, String reason) {}

  /**
   * The consumer protocol's one request (KIP-848): joins, tells what changed, keeps alive, leaves.
   * Null means "as last time".
   *
   * @param memberEpoch 0 to join, -1 to leave, -2 to leave for a while as a static member
   * @param rebalanceTimeoutMs -1 for as last time
   * @param subscribedTopicRegex an RE2J expression; empty for none
   * @param serverAssignor empty for the server's choice
   * @param ownedPartitions what it has and reads at this moment
   */
  record ConsumerHeartbeat(
      String groupId,
      Member member,
      ClientOrigin origin,
      int memberEpoch,
      @Nullable String rackId,
      int rebalanceTimeoutMs,
      @Nullable List<String> subscribedTopicNames,
      @Nullable String subscribedTopicRegex,
      @Nullable String serverAssignor,
      @Nullable List<TopicPartitions> ownedPartitions)
      implements GroupRequest<GroupResponse.ConsumerHeartbeatDone> {}

  /**
   * Commits positions.
   *
   * @param generation generation or member epoch, {@link #NO_GENERATION} outside of a group
   */
  record CommitOffsets(String groupId, Member member, int generation, List<OffsetCommit> offsets)
      implements GroupRequest<GroupResponse.OffsetsCommitted> {}

  /**
   * A position.
   *
   * @param offset of the next record to read
   * @param leaderEpoch of the last record read, -1 if unknown
   * @param metadata the client's own text, at most {@code offset.metadata.max.bytes}
   */
  record OffsetCommit(TopicPartition partition, long offset, int leaderEpoch, String metadata) {}

  /**
   * Asks for positions.
   *
   * @param member null if the client does not say who it is
   * @param memberEpoch {@link #NO_GENERATION} if it does not say
   * @param partitions null for all that the group has
   */
  record FetchOffsets(
      String groupId,
      @Nullable Member member,
      int memberEpoch,
      @Nullable List<TopicPartition> partitions,
      boolean requireStable)
      implements GroupRequest<GroupResponse.OffsetsFetched> {}

  /** Deletes positions of topics that no member is subscribed to (KIP-496). */
  record DeleteOffsets(String groupId, List<TopicPartition> partitions)
      implements GroupRequest<GroupResponse.OffsetsDeleted> {}

  /** Deletes a group that has no members, with its positions. */
  record DeleteGroup(String groupId) implements GroupRequest<GroupResponse.Done> {}

  /** Describes a group of any type, with why it last rebalanced. */
  record Describe(String groupId) implements GroupRequest<GroupResponse.Described> {}
}
