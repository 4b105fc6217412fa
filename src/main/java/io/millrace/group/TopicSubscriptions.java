package io.millrace.group;

import io.millrace.group.GroupRecord.ConsumerMemberValue;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.ImageChanges;
import io.millrace.model.image.TopicImage;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which topics the members of one group want, in the image of the moment. Members who want the same
 * share one answer, and a pattern is matched against every topic once: after that only against
 * those that were made since.
 */
final class TopicSubscriptions {
  private final Map<Wish, Set<TopicId>> resolved = new HashMap<>();
  private final Map<String, PatternMatches> patterns = new HashMap<>();
  private ClusterImage image = ClusterImage.empty();

  /** What a member asked for. */
  private record Wish(List<String> names, String regex) {
    static Wish of(ConsumerMemberValue member) {
      return new Wish(member.subscribedTopicNames(), member.subscribedTopicRegex());
    }
  }

  /** The topics that the member wants and that exist. */
  Set<TopicId> topicsOf(ConsumerMemberValue member, ClusterImage current) {
    if (current != image) {
      image = current;
      resolved.clear();
    }
    return resolved.computeIfAbsent(Wish.of(member), this::resolve);
  }

  /** How many partitions each topic has that any of them wants. */
  Map<TopicId, Integer> partitionCounts(
      Collection<ConsumerMemberValue> members, ClusterImage current) {
    Set<Wish> wishes = new HashSet<>();
    Map<TopicId, Integer> counts = new HashMap<>();
    for (ConsumerMemberValue member : members) {
      if (wishes.add(Wish.of(member))) {
        for (TopicId topicId : topicsOf(member, current)) {
          current.topic(topicId).ifPresent(topic -> counts.put(topicId, topic.partitions().size()));
        }
      }
    }
    resolved.keySet().retainAll(wishes);
    patterns.keySet().removeIf(regex -> wishes.stream().noneMatch(it -> it.regex.equals(regex)));
    return counts;
  }

  /** Whether the member wants topics of this name, existing or not. */
  boolean wants(ConsumerMemberValue member, TopicName topic) {
    return member.subscribedTopicNames().contains(topic.value())
        || (!member.subscribedTopicRegex().isEmpty()
            && patternOf(member.subscribedTopicRegex()).pattern.matches(topic));
  }

  private Set<TopicId> resolve(Wish wish) {
    Set<TopicId> topics = new HashSet<>();
    for (String name : wish.names()) {
      topicOf(name).ifPresent(topic -> topics.add(topic.id()));
    }
    if (!wish.regex().isEmpty()) {
      topics.addAll(patternOf(wish.regex()).in(image));
    }
    return topics;
  }

  private PatternMatches patternOf(String regex) {
    return patterns.computeIfAbsent(regex, PatternMatches::new);
  }

  /** A name that no topic can have is no topic's; a classic member's are not checked before. */
  private Optional<TopicImage> topicOf(String name) {
    try {
      return image.topic(new TopicName(name));
    } catch (StreamException e) {
      if (e.code() != ErrorCode.INVALID_TOPIC) {
        throw e;
      }
      return Optional.empty();
    }
  }

  /** The topics that a pattern matches, kept up with the image. Internal ones it never matches. */
  private static final class PatternMatches {
    final TopicPattern pattern;
    private final Set<TopicId> matches = new HashSet<>();
    private ClusterImage seen = ClusterImage.empty();

    PatternMatches(String regex) {
      this.pattern = TopicPattern.of(regex);
    }

    Set<TopicId> in(ClusterImage image) {
      if (image != seen) {
        ImageChanges changes = image.changesSince(seen);
        changes.deleted().forEach(topic -> matches.remove(topic.id()));
        for (TopicImage topic : changes.created()) {
          if (!topic.name().isInternal() && pattern.matches(topic.name())) {
            matches.add(topic.id());
          }
        }
        seen = image;
      }
      return matches;
    }
  }
}
