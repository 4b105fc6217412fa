package io.millrace.endpoint.session;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TopicName;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.TopicImage;
import io.millrace.protocol.stream.message.Subscribe;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which topics and partitions a stream reads: named ones, or whatever matches a pattern, now and
 * later.
 */
final class SubscribedTopics {
  private final Set<TopicName> names;
  private final @Nullable TopicPattern pattern;
  private final Set<Integer> partitions;

  private SubscribedTopics(
      Set<TopicName> names, @Nullable TopicPattern pattern, Set<Integer> partitions) {
    this.names = names;
    this.pattern = pattern;
    this.partitions = partitions;
  }

  /**
   * @throws StreamException INVALID_REQUEST if it contradicts itself, UNKNOWN_TOPIC_OR_PARTITION if
   *     a named topic or partition does not exist
   */
  static SubscribedTopics of(Subscribe message, ClusterImage image) {
    Set<TopicName> names = new LinkedHashSet<>();
    message.getTopics().forEach(name -> names.add(new TopicName(name)));
    String pattern = message.getPattern();
    if (names.isEmpty() == (pattern == null)) {
      throw invalid("a subscription has either topics or a pattern");
    }
    Set<Integer> partitions = new LinkedHashSet<>(message.getPartitions());
    if (!partitions.isEmpty() && names.size() != 1) {
      throw invalid("partitions can be chosen of one named topic only");
    }
    for (TopicName name : names) {
      requireExisting(image, name, partitions);
    }
    return new SubscribedTopics(
        names, pattern == null ? null : TopicPattern.parse(pattern), partitions);
  }

  private static void requireExisting(ClusterImage image, TopicName name, Set<Integer> partitions) {
    TopicImage topic = Topics.require(image, name);
    for (int partition : partitions) {
      Topics.requirePartition(topic, partition);
    }
  }

  /** The topics that are named; none if there is a pattern. */
  List<String> names() {
    return names.stream().map(TopicName::value).toList();
  }

  /** The pattern as the client gave it; empty if there is none. */
  String patternText() {
    return pattern == null ? "" : pattern.text();
  }

  /** Whether the stream is over when all its topics are gone. */
  boolean endsWithItsTopics() {
    return pattern == null;
  }

  /** The topics that are there now. */
  List<TopicImage> topics(ClusterImage image) {
    List<TopicImage> found = new ArrayList<>();
    TopicPattern matching = pattern;
    if (matching == null) {
      names.forEach(name -> image.topic(name).ifPresent(found::add));
    } else {
      image.topics().stream().filter(topic -> matching.matches(topic.name())).forEach(found::add);
    }
    return found;
  }

  /** The partitions of one of the topics that are read. */
  IntStream partitions(TopicImage topic) {
    return partitions.isEmpty()
        ? IntStream.range(0, topic.partitions().size())
        : partitions.stream().mapToInt(Integer::intValue).filter(topic::hasPartition);
  }

  private static StreamException invalid(String message) {
    return new StreamException(ErrorCode.INVALID_REQUEST, message);
  }
}
