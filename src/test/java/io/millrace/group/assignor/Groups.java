package io.millrace.group.assignor;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.group.AssignedPartitions;
import io.millrace.group.AssignmentSpec;
import io.millrace.group.AssignmentSpec.MemberSpec;
import io.millrace.group.PartitionAssignor;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** A group whose members and topics come and go, and which an assignor assigns. */
final class Groups {
  private final PartitionAssignor assignor;
  final TreeMap<String, Set<TopicId>> subscriptions = new TreeMap<>();
  final Map<String, String> instanceIds = new HashMap<>();
  final Map<TopicId, Integer> partitionCounts = new HashMap<>();
  Map<String, AssignedPartitions> assignment = Map.of();

  Groups(PartitionAssignor assignor) {
    this.assignor = assignor;
  }

  static TopicId topic(int number) {
    return new TopicId(0, number);
  }

  /** One with members that are all subscribed to all topics. */
  static Groups homogeneous(PartitionAssignor assignor, SplittableRandom random) {
    Groups group = new Groups(assignor);
    group.addTopics(1 + random.nextInt(5), random);
    int members = 1 + random.nextInt(12);
    for (int member = 0; member < members; member++) {
      group.subscriptions.put(memberId(random), group.partitionCounts.keySet());
    }
    return group;
  }

  /** One in which everyone is subscribed to what they like, also to nothing and to no topic. */
  static Groups heterogeneous(PartitionAssignor assignor, SplittableRandom random) {
    Groups group = new Groups(assignor);
    group.addTopics(1 + random.nextInt(6), random);
    int members = 1 + random.nextInt(10);
    for (int member = 0; member < members; member++) {
      group.subscriptions.put(memberId(random), someTopics(random));
    }
    return group;
  }

  static String memberId(SplittableRandom random) {
    return "m" + Integer.toHexString(random.nextInt());
  }

  static Set<TopicId> someTopics(SplittableRandom random) {
    Set<TopicId> topics = new HashSet<>();
    for (int topic = 0; topic < 7; topic++) {
      if (random.nextInt(3) == 0) {
        topics.add(topic(topic));
      }
    }
    return topics;
  }

  void addTopics(int count, SplittableRandom random) {
    for (int topic = 0; topic < count; topic++) {
      partitionCounts.put(topic(topic), 1 + random.nextInt(20));
    }
  }

  AssignmentSpec spec() {
    Map<String, MemberSpec> members = new HashMap<>();
    subscriptions.forEach(
        (memberId, topics) ->
            members.put(
                memberId,
                new MemberSpec(
                    Optional.ofNullable(instanceIds.get(memberId)),
                    topics,
                    assignment.getOrDefault(memberId, AssignedPartitions.EMPTY))));
    return new AssignmentSpec(members, partitionCounts);
  }

  /** Assigns, and returns how many partitions changed their owner for another living one. */
  int assign() {
    Map<String, AssignedPartitions> before = assignment;
    assignment = assignor.assign(spec());
    int[] moved = {0};
    assignment.forEach(
        (memberId, partitions) ->
            partitions.forEach(
                (topicId, partition) -> {
                  boolean elsewhere =
                      before.entrySet().stream()
                          .anyMatch(
                              entry ->
                                  !entry.getKey().equals(memberId)
                                      && subscriptions.containsKey(entry.getKey())
                                      && entry.getValue().contains(topicId, partition));
                  moved[0] += elsewhere ? 1 : 0;
                }));
    return moved[0];
  }

  int load(String memberId) {
    return partitions(memberId).size();
  }

  AssignedPartitions partitions(String memberId) {
    return assignment.getOrDefault(memberId, AssignedPartitions.EMPTY);
  }

  int maxLoad() {
    return subscriptions.keySet().stream().mapToInt(this::load).max().orElse(0);
  }

  int minLoad() {
    return subscriptions.keySet().stream().mapToInt(this::load).min().orElse(0);
  }

  /** Every partition that has subscribers has one owner, who is a subscriber; all else has none. */
  void checkOwners() {
    assertThat(assignment.keySet()).isEqualTo(subscriptions.keySet());
    Map<PartitionId, String> owners = new HashMap<>();
    assignment.forEach(
        (memberId, partitions) ->
            partitions.forEach(
                (topicId, partition) -> {
                  assertThat(subscriptions.get(memberId)).contains(topicId);
                  assertThat(partition).isLessThan(partitionCounts.getOrDefault(topicId, 0));
                  assertThat(owners.put(new PartitionId(topicId, partition), memberId)).isNull();
                }));
    int wanted =
        partitionCounts.entrySet().stream()
            .filter(
                topic ->
                    subscriptions.values().stream().anyMatch(any -> any.contains(topic.getKey())))
            .mapToInt(Map.Entry::getValue)
            .sum();
    assertThat(owners).hasSize(wanted);
  }
}
