package io.millrace.group;

import io.millrace.model.TopicName;
import io.millrace.model.group.SubscriptionCodec;
import io.millrace.model.group.SubscriptionCodec.Subscription;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which topics the members of a classic group read, as far as what they tell can be read. */
final class ClassicTopics {
  private final SubscriptionCodec codec;
  private @Nullable Set<String> names = Set.of();

  ClassicTopics(SubscriptionCodec codec) {
    this.codec = codec;
  }

  /** Follows a new generation. */
  void update(ClassicGroup group) {
    names = group.protocolType().equals(ClassicGroup.CONSUMER_PROTOCOL) ? read(group) : null;
  }

  private @Nullable Set<String> read(ClassicGroup group) {
    Set<String> found = new HashSet<>();
    for (ClassicMember member : group.members().all()) {
      Optional<Subscription> subscription =
          codec.subscription(member.metadata(group.protocolName()));
      if (subscription.isEmpty()) {
        return null;
      }
      found.addAll(subscription.get().topics());
    }
    return found;
  }

  boolean areKnown() {
    return names != null;
  }

  /** True as well if it is not known. */
  boolean contains(TopicName topic) {
    return names == null || names.contains(topic.value());
  }
}
