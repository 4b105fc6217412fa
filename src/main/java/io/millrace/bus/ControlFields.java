package io.millrace.bus;

import io.millrace.bus.message.ControlPartition;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.model.TopicId;
import java.util.List;
import java.util.function.Supplier;

/** What questions to the controller and its answers have in common on the wire. */
final class ControlFields {
  private ControlFields() {}

  /** What is made of these fields; values that are none are a malformed message. */
  static <T> T read(Supplier<T> reading) {
    try {
      return reading.get();
    } catch (IllegalArgumentException | StreamException e) {
      throw WireFormatError.of(
          "a message of the controller cannot be read: " + String.valueOf(e.getMessage()));
    }
  }

  static PartitionId partition(long most, long least, int partition) {
    if (partition < 0) {
      throw WireFormatError.of("partition %s".formatted(partition));
    }
    return new PartitionId(new TopicId(most, least), partition);
  }

  static ControlPartition toWire(PartitionId partition) {
    return new ControlPartition(
        partition.topicId().mostSignificantBits(),
        partition.topicId().leastSignificantBits(),
        partition.partition());
  }

  static PartitionId fromWire(ControlPartition wire) {
    return partition(
        wire.getTopicMostSignificantBits(),
        wire.getTopicLeastSignificantBits(),
        wire.getPartition());
  }

  static List<ControlPartition> toWire(List<PartitionId> partitions) {
    return partitions.stream().map(ControlFields::toWire).toList();
  }

  static List<PartitionId> fromWire(List<ControlPartition> partitions) {
    return partitions.stream().map(ControlFields::fromWire).toList();
  }

  static List<Integer> numbers(List<NodeId> nodes) {
    return nodes.stream().map(NodeId::value).toList();
  }

  static List<NodeId> nodes(List<Integer> numbers) {
    return numbers.stream().map(NodeId::new).toList();
  }
}
