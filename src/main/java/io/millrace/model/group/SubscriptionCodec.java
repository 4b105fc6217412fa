package io.millrace.model.group;

import io.millrace.model.TopicPartition;
import java.util.List;
import java.util.Optional;

/**
 * Reads and writes what classic consumers exchange among themselves (Kafka's ConsumerProtocol): a
 * coordinator needs it only where classic members share a group with members that the server
 * assigns to, and to know which topics a group is subscribed to.
 *
 * <p>Threading: implementations are stateless.
 */
public interface SubscriptionCodec {
  /** The subscription in a member's protocol metadata; empty if the bytes are not one. */
  Optional<Subscription> subscription(OpaqueBytes metadata);

  /** An assignment as a classic consumer reads it, in this version of the layout. */
  OpaqueBytes assignment(List<TopicPartition> partitions, int version);

  /** The partitions in an assignment that a classic leader made; empty if the bytes are not one. */
  Optional<List<TopicPartition>> assignedPartitions(OpaqueBytes assignment);

  /**
   * What a classic consumer wants.
   *
   * @param version of the subscription's layout
   * @param ownedPartitions what it has now
   * @param generation in which it got that; -1 if it does not say
   */
  record Subscription(
      int version,
      List<String> topics,
      List<TopicPartition> ownedPartitions,
      int generation,
      Optional<String> rackId,
      OpaqueBytes userData) {
    public Subscription {
      topics = List.copyOf(topics);
      ownedPartitions = List.copyOf(ownedPartitions);
    }
  }
}
