package io.millrace.group.assignor;

import io.millrace.group.AssignedPartitions;
import io.millrace.group.AssignmentSpec;
import io.millrace.group.AssignmentSpec.MemberSpec;
import io.millrace.model.TopicId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Who owns what while an assignment is made, with members and topics as numbers, in the order of
 * their ids. A partition has at most one owner, who is subscribed to its topic.
 */
final class Ownership {
  private final AssignmentSpec spec;
  private final String[] memberIds;
  private final TopicId[] topicIds;

  /** For each topic, its subscribers in order. */
  private final int[][] subscribers;

  /** For each topic, the partitions that nobody owns yet. */
  private final BitSet[] unowned;

  /** For each member, what it owns: topic to partitions; no set is empty. */
  private final List<TreeMap<Integer, BitSet>> owned = new ArrayList<>();

  private final int[] loads;

  Ownership(AssignmentSpec spec) {
    this.spec = spec;
    this.memberIds = spec.members().keySet().stream().sorted().toArray(String[]::new);
    Map<TopicId, List<Integer>> subscribersByTopic = new TreeMap<>(AssignedPartitions.TOPIC_ORDER);
    for (int member = 0; member < memberIds.length; member++) {
      owned.add(new TreeMap<>());
      for (TopicId topicId : spec(member).subscribedTopics()) {
        if (spec.partitionCount(topicId) > 0) {
          subscribersByTopic.computeIfAbsent(topicId, absent -> new ArrayList<>()).add(member);
        }
      }
    }
    this.loads = new int[memberIds.length];
    this.topicIds = subscribersByTopic.keySet().toArray(new TopicId[0]);
    this.subscribers =
        subscribersByTopic.values().stream()
            .map(members -> members.stream().mapToInt(Integer::intValue).toArray())
            .toArray(int[][]::new);
    this.unowned = new BitSet[topicIds.length];
    for (int topic = 0; topic < topicIds.length; topic++) {
      unowned[topic] = new BitSet();
      unowned[topic].set(0, spec.partitionCount(topicIds[topic]));
    }
  }

  int memberCount() {
    return memberIds.length;
  }

  int topicCount() {
    return topicIds.length;
  }

  int load(int member) {
    return loads[member];
  }

  /** The topic's subscribers in order; not to be changed. */
  int[] subscribers(int topic) {
    return subscribers[topic];
  }

  /** The topics that the member owns something of. */
  Iterable<Integer> ownedTopics(int member) {
    return owned.get(member).keySet();
  }

  /** Leaves everybody what it has and may still have. */
  void keepCurrent() {
    Map<TopicId, Integer> numbers = new HashMap<>();
    for (int topic = 0; topic < topicIds.length; topic++) {
      numbers.put(topicIds[topic], topic);
    }
    for (int index = 0; index < memberIds.length; index++) {
      int member = index;
      MemberSpec memberSpec = spec(member);
      memberSpec
          .current()
          .forEach(
              (topicId, partition) -> {
                Integer topic = numbers.get(topicId);
                if (topic != null
                    && unowned[topic].get(partition)
                    && memberSpec.subscribedTopics().contains(topicId)) {
                  give(topic, partition, member);
                }
              });
    }
  }

  /**
   * Gives what nobody owns to who has least. Topics with few subscribers come first: the others can
   * then even out what those had to take.
   */
  void giveUnownedToLeastLoaded() {
    List<Integer> topics =
        IntStream.range(0, topicIds.length)
            .boxed()
            .sorted(Comparator.comparingInt(topic -> subscribers[topic].length))
            .toList();
    for (int topic : topics) {
      if (unowned[topic].isEmpty()) {
        continue;
      }
      PriorityQueue<Integer> byLoad =
          new PriorityQueue<>(
              Comparator.<Integer>comparingInt(member -> loads[member])
                  .thenComparing(Comparator.naturalOrder()));
      Arrays.stream(subscribers[topic]).forEach(byLoad::add);
      int[] partitions = unowned[topic].stream().toArray();
      for (int partition : partitions) {
        // Its load is its key in the queue, so it is out of the queue while that changes.
        int member = byLoad.remove();
        give(topic, partition, member);
        byLoad.add(member);
      }
    }
  }

  /**
   * Moves one partition of the topic, best one that its owner has not begun to read.
   *
   * @param from a member that owns one
   * @param to a subscriber
   */
  void move(int topic, int from, int to) {
    TreeMap<Integer, BitSet> ownedByFrom = owned.get(from);
    BitSet partitions = ownedByFrom.get(topic);
    if (partitions == null) {
      throw new IllegalStateException(
          memberIds[from] + " has nothing of topic " + topicIds[topic] + " to give away");
    }
    int partition = cheapestToMove(topic, partitions, from);
    partitions.clear(partition);
    if (partitions.isEmpty()) {
      ownedByFrom.remove(topic);
    }
    loads[from]--;
    give(topic, partition, to);
  }

  /** What every member shall own. */
  Map<String, AssignedPartitions> result() {
    Map<String, AssignedPartitions> result = new HashMap<>();
    for (int member = 0; member < memberIds.length; member++) {
      AssignedPartitions.Builder builder = new AssignedPartitions.Builder();
      owned
          .get(member)
          .forEach(
              (topic, partitions) ->
                  partitions.stream().forEach(each -> builder.add(topicIds[topic], each)));
      result.put(memberIds[member], builder.build());
    }
    return result;
  }

  /** One that the member does not have yet costs nothing. */
  private int cheapestToMove(int topic, BitSet partitions, int from) {
    AssignedPartitions current = spec(from).current();
    int last = -1;
    for (int each = partitions.nextSetBit(0); each >= 0; each = partitions.nextSetBit(each + 1)) {
      if (!current.contains(topicIds[topic], each)) {
        return each;
      }
      last = each;
    }
    return last;
  }

  private void give(int topic, int partition, int member) {
    owned.get(member).computeIfAbsent(topic, absent -> new BitSet()).set(partition);
    unowned[topic].clear(partition);
    loads[member]++;
  }

  private MemberSpec spec(int member) {
    MemberSpec found = spec.members().get(memberIds[member]);
    if (found == null) {
      throw new IllegalStateException("no member " + memberIds[member]);
    }
    return found;
  }
}
