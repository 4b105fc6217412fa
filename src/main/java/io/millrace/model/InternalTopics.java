package io.millrace.model;

import java.util.Set;

/**
 * The topics that the server itself keeps its state in, under Kafka's names. Clients may read and
 * describe them; they may neither write to them nor delete them.
 */
public final class InternalTopics {
  /** What consumer groups are: members, assignments, positions. */
  public static final TopicName OFFSETS = new TopicName("__consumer_offsets");

  /** What transactions are under way. */
  public static final TopicName TRANSACTIONS = new TopicName("__transaction_state");

  private static final Set<TopicName> ALL = Set.of(OFFSETS, TRANSACTIONS);

  private InternalTopics() {}

  public static boolean isInternal(TopicName name) {
    return ALL.contains(name);
  }

  /** The partition, of {@code partitions}, whose leader coordinates the group; as Kafka's. */
  public static int partitionOfGroup(String groupId, int partitions) {
    int hash = groupId.hashCode();
    return (hash == Integer.MIN_VALUE ? 0 : Math.abs(hash)) % partitions;
  }
}
