package io.millrace.group;

import io.millrace.model.TopicPartition;
import io.millrace.model.group.OpaqueBytes;
import io.millrace.model.group.SubscriptionCodec;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Subscriptions as text: topics with commas between, then what is owned behind a bar. */
final class TextSubscriptions implements SubscriptionCodec {
  static OpaqueBytes bytes(String text) {
    return OpaqueBytes.of(text.getBytes(StandardCharsets.UTF_8));
  }

  static String text(OpaqueBytes bytes) {
    return new String(bytes.array(), StandardCharsets.UTF_8);
  }

  @Override
  public Optional<Subscription> subscription(OpaqueBytes metadata) {
    String text = text(metadata);
    if (text.startsWith("?")) {
      return Optional.empty();
    }
    String topics = text.split("\\|", 2)[0];
    return Optional.of(
        new Subscription(
            1,
            topics.isEmpty() ? List.of() : Arrays.asList(topics.split(",")),
            List.of(),
            -1,
            Optional.empty(),
            OpaqueBytes.EMPTY));
  }

  @Override
  public Optional<List<TopicPartition>> assignedPartitions(OpaqueBytes assignment) {
    throw new UnsupportedOperationException("classic groups do not look into assignments");
  }

  @Override
  public OpaqueBytes assignment(List<TopicPartition> partitions, int version) {
    return bytes(partitions.toString());
  }
}
