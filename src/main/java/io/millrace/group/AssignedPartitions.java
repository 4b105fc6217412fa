package io.millrace.group;

import io.millrace.model.TopicId;
import io.millrace.model.group.TopicPartitions;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * An immutable set of partitions, as a set of bits for each topic, so that sets of thousands are
 * joined and compared at once.
 *
 * <p>Its size follows the largest partition number in it: make one from what this server assigned,
 * never from what a client says.
 */
public final class AssignedPartitions {
  /** The order of topics wherever one is needed. */
  public static final Comparator<TopicId> TOPIC_ORDER =
      Comparator.comparingLong(TopicId::mostSignificantBits)
          .thenComparingLong(TopicId::leastSignificantBits);

  public static final AssignedPartitions EMPTY = new AssignedPartitions(new TreeMap<>(TOPIC_ORDER));

  /** Neither the map nor a set in it changes after construction; no set in it is empty. */
  private final NavigableMap<TopicId, BitSet> byTopic;

  private AssignedPartitions(NavigableMap<TopicId, BitSet> byTopic) {
    this.byTopic = byTopic;
  }

  /** Receives the members of a set, one by one. */
  public interface PartitionVisitor {
    void visit(TopicId topicId, int partition);
  }

  public static AssignedPartitions of(List<TopicPartitions> topics) {
    Builder builder = new Builder();
    for (TopicPartitions topic : topics) {
      for (int partition : topic.partitions()) {
        builder.add(topic.topicId(), partition);
      }
    }
    return builder.build();
  }

  public boolean isEmpty() {
    return byTopic.isEmpty();
  }

  /** How many partitions it has. */
  public int size() {
    int size = 0;
    for (BitSet partitions : byTopic.values()) {
      size += partitions.cardinality();
    }
    return size;
  }

  /** Any number may be asked for, also one that no partition can have. */
  public boolean contains(TopicId topicId, int partition) {
    BitSet partitions = byTopic.get(topicId);
    return partitions != null && partition >= 0 && partitions.get(partition);
  }

  /** Whether none of these, which a client may have made up, is in it. */
  public boolean containsNone(List<TopicPartitions> topics) {
    for (TopicPartitions topic : topics) {
      for (int partition : topic.partitions()) {
        if (contains(topic.topicId(), partition)) {
          return false;
        }
      }
    }
    return true;
  }

  /** Whether all of these, which a client may have made up, are in it. */
  public boolean containsAll(List<TopicPartitions> topics) {
    for (TopicPartitions topic : topics) {
      for (int partition : topic.partitions()) {
        if (!contains(topic.topicId(), partition)) {
          return false;
        }
      }
    }
    return true;
  }

  public Set<TopicId> topics() {
    return Collections.unmodifiableSet(byTopic.keySet());
  }

  /** Adds to each topic's count how many of its partitions are in this set. */
  public void countInto(Map<TopicId, Integer> counts) {
    byTopic.forEach(
        (topicId, partitions) -> counts.merge(topicId, partitions.cardinality(), Integer::sum));
  }

  /** Visits all, ordered by topic and partition. */
  public void forEach(PartitionVisitor visitor) {
    byTopic.forEach(
        (topicId, partitions) ->
            partitions.stream().forEach(partition -> visitor.visit(topicId, partition)));
  }

  public AssignedPartitions minus(AssignedPartitions other) {
    NavigableMap<TopicId, BitSet> result = new TreeMap<>(TOPIC_ORDER);
    byTopic.forEach(
        (topicId, partitions) -> {
          BitSet left = (BitSet) partitions.clone();
          BitSet taken = other.byTopic.get(topicId);
          if (taken != null) {
            left.andNot(taken);
          }
          putUnlessEmpty(result, topicId, left);
        });
    return new AssignedPartitions(result);
  }

  public AssignedPartitions intersection(AssignedPartitions other) {
    NavigableMap<TopicId, BitSet> result = new TreeMap<>(TOPIC_ORDER);
    byTopic.forEach(
        (topicId, partitions) -> {
          BitSet kept = other.byTopic.get(topicId);
          if (kept != null) {
            BitSet both = (BitSet) partitions.clone();
            both.and(kept);
            putUnlessEmpty(result, topicId, both);
          }
        });
    return new AssignedPartitions(result);
  }

  public AssignedPartitions union(AssignedPartitions other) {
    if (other.isEmpty()) {
      return this;
    }
    NavigableMap<TopicId, BitSet> result = new TreeMap<>(TOPIC_ORDER);
    byTopic.forEach((topicId, partitions) -> result.put(topicId, (BitSet) partitions.clone()));
    other.byTopic.forEach(
        (topicId, partitions) ->
            result.computeIfAbsent(topicId, absent -> new BitSet()).or(partitions));
    return new AssignedPartitions(result);
  }

  /** As the protocol says it: ordered by topic and partition. */
  public List<TopicPartitions> toTopicPartitions() {
    List<TopicPartitions> result = new ArrayList<>(byTopic.size());
    byTopic.forEach(
        (topicId, partitions) ->
            result.add(new TopicPartitions(topicId, partitions.stream().boxed().toList())));
    return result;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AssignedPartitions that && byTopic.equals(that.byTopic);
  }

  @Override
  public int hashCode() {
    return byTopic.hashCode();
  }

  @Override
  public String toString() {
    return byTopic.toString();
  }

  private static void putUnlessEmpty(
      NavigableMap<TopicId, BitSet> map, TopicId topicId, BitSet partitions) {
    if (!partitions.isEmpty()) {
      map.put(topicId, partitions);
    }
  }

  /** Collects partitions; used once. */
  public static final class Builder {
    private final NavigableMap<TopicId, BitSet> byTopic = new TreeMap<>(TOPIC_ORDER);

    public Builder add(TopicId topicId, int partition) {
      byTopic.computeIfAbsent(topicId, absent -> new BitSet()).set(partition);
      return this;
    }

    /** Adds the partitions from one number to before another. */
    public Builder addRange(TopicId topicId, int startInclusive, int endExclusive) {
      if (startInclusive < endExclusive) {
        byTopic.computeIfAbsent(topicId, absent -> new BitSet()).set(startInclusive, endExclusive);
      }
      return this;
    }

    public AssignedPartitions build() {
      return new AssignedPartitions(byTopic);
    }
  }
}
