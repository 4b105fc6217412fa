package io.millrace.group;

import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.group.OpaqueBytes;
import io.millrace.model.group.SubscriptionCodec;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What classic consumers tell each other, as text: {@code v1;topic,topic;topic-0,topic-1}. */
final class PlainSubscriptions implements SubscriptionCodec {

  static OpaqueBytes subscriptionOf(List<String> topics, List<TopicPartition> owned) {
    return bytes("v1;" + String.join(",", topics) + ";" + text(owned));
  }

  @Override
  public Optional<Subscription> subscription(OpaqueBytes metadata) {
    String[] parts = text(metadata).split(";", -1);
    if (parts.length != 3 || !parts[0].equals("v1")) {
      return Optional.empty();
    }
    return Optional.of(
        new Subscription(
            1, items(parts[1]).toList(), partitions(parts[2]), -1, Optional.empty(), metadata));
  }

  @Override
  public OpaqueBytes assignment(List<TopicPartition> partitions, int version) {
    return bytes("a" + version + ";" + text(partitions));
  }

  @Override
  public Optional<List<TopicPartition>> assignedPartitions(OpaqueBytes assignment) {
    String[] parts = text(assignment).split(";", -1);
    return parts.length == 2 && parts[0].startsWith("a")
        ? Optional.of(partitions(parts[1]))
        : Optional.empty();
  }

  private static Stream<String> items(String text) {
    return Arrays.stream(text.split(",")).filter(item -> !item.isEmpty());
  }

  private static List<TopicPartition> partitions(String text) {
    return items(text)
        .map(
            item -> {
              int dash = item.lastIndexOf('-');
              return new TopicPartition(
                  new TopicName(item.substring(0, dash)),
                  Integer.parseInt(item.substring(dash + 1)));
            })
        .toList();
  }

  private static String text(List<TopicPartition> partitions) {
    return partitions.stream().map(TopicPartition::toString).collect(Collectors.joining(","));
  }

  private static String text(OpaqueBytes bytes) {
    return new String(bytes.array(), StandardCharsets.UTF_8);
  }

  private static OpaqueBytes bytes(String text) {
    return OpaqueBytes.of(text.getBytes(StandardCharsets.UTF_8));
  }
}
