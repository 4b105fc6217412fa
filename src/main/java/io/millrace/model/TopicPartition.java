package io.millrace.model;

/**
 * A partition by its topic's name, as people and clients name it; prints as {@code topic-3}, its
 * directory's name.
 */
public record TopicPartition(TopicName topic, int partition) {
  @Override
  public String toString() {
    return topic.value() + "-" + partition;
  }
}
