package io.millrace.group;

import io.millrace.model.TopicId;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What an assignor is asked: who wants what, and who has what.
 *
 * @param members by member id
 * @param partitionCounts of every topic that exists; a topic that is not in it is nobody's
 */
public record AssignmentSpec(
    Map<String, MemberSpec> members, Map<TopicId, Integer> partitionCounts) {

  /**
   * A member.
   *
   * @param instanceId if it is a static member
   * @param subscribedTopics may name topics that do not exist
   * @param current what the last assignment gave it; no two members' share a partition
   */
  public record MemberSpec(
      Optional<String> instanceId, Set<TopicId> subscribedTopics, AssignedPartitions current) {}

  /** How many partitions a topic has; 0 if it does not exist. */
  public int partitionCount(TopicId topicId) {
    return partitionCounts.getOrDefault(topicId, 0);
  }
}
