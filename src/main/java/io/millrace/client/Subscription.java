package io.millrace.client;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TopicName;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a consumer reads.
 *
 * @param topics names; empty if there is a pattern
 * @param pattern a regular expression (RE2/J's subset) for whole names; topics that match later
 *     join
 * @param partitions only these partitions of the one topic; empty for all
 * @param start where to begin; null for what {@code auto.offset.reset} says
 * @param skipsWhenSlow whether a consumer that falls behind jumps to the newest records, and is
 *     told by a gap
 */
public record Subscription(
    List<String> topics,
    @Nullable String pattern,
    List<Integer> partitions,
    @Nullable StartPosition start,
    boolean skipsWhenSlow) {
  public Subscription {
    topics = List.copyOf(topics);
    partitions = List.copyOf(partitions);
    topics.forEach(TopicName::new);
    if (topics.isEmpty() == (pattern == null)) {
      throw invalid("a subscription has either topics or a pattern");
    }
    if (!partitions.isEmpty() && topics.size() != 1) {
      throw invalid("partitions can be chosen of one topic only");
    }
  }

  public static Subscription topics(String... topics) {
    return topics(Arrays.asList(topics));
  }

  public static Subscription topics(Collection<String> topics) {
    return new Subscription(List.copyOf(topics), null, List.of(), null, false);
  }

  public static Subscription pattern(String pattern) {
    return new Subscription(List.of(), pattern, List.of(), null, false);
  }

  /** Some partitions of one topic. */
  public static Subscription partitions(String topic, Integer... partitions) {
    return new Subscription(List.of(topic), null, Arrays.asList(partitions), null, false);
  }

  public Subscription from(StartPosition position) {
    return new Subscription(topics, pattern, partitions, position, skipsWhenSlow);
  }

  public Subscription skippingWhenSlow() {
    return new Subscription(topics, pattern, partitions, start, true);
  }

  private static StreamException invalid(String message) {
    return new StreamException(ErrorCode.INVALID_REQUEST, message);
  }
}
