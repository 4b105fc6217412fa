package io.millrace.endpoint.session;

import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.TopicImage;
import io.millrace.protocol.stream.ResumeToken;
import io.millrace.protocol.stream.message.Position;
import io.millrace.protocol.stream.message.StreamPartition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The places of one stream, one in each partition that it reads.
 *
 * <p>Threading: its session's.
 */
final class StreamCursors {
  private final int streamId;
  private final SubscribedTopics topics;
  private final int maxPartitions;
  private final Map<PartitionId, StreamCursor> byPartition = new LinkedHashMap<>();

  StreamCursors(int streamId, SubscribedTopics topics, int maxPartitions) {
    this.streamId = streamId;
    this.topics = topics;
    this.maxPartitions = maxPartitions;
  }

  Collection<StreamCursor> all() {
    return byPartition.values();
  }

  @Nullable StreamCursor find(PartitionId partition) {
    return byPartition.get(partition);
  }

  void remove(StreamCursor cursor) {
    byPartition.remove(cursor.partition);
  }

  /** Those whose topics are gone. */
  List<StreamCursor> missingIn(ClusterImage image) {
    return byPartition.values().stream()
        .filter(cursor -> image.topic(cursor.partition.topicId()).isEmpty())
        .toList();
  }

  /** Whether nothing is left, and nothing can come. */
  boolean isOver() {
    return byPartition.isEmpty() && topics.endsWithItsTopics();
  }

  /**
   * New partitions are read from their beginning, so nothing of them is missed.
   *
   * @throws StreamException LIMIT_EXCEEDED if they are too many; none is added then
   */
  List<StreamCursor> addMissing(ClusterImage image) {
    List<StreamCursor> added = new ArrayList<>();
    for (TopicImage topic : topics.topics(image)) {
      topics
          .partitions(topic)
          .mapToObj(topic::partitionId)
          .filter(partition -> !byPartition.containsKey(partition))
          .map(partition -> new StreamCursor(partition, topic.name(), 0))
          .forEach(added::add);
    }
    add(added);
    return added;
  }

  /**
   * Takes in partitions that a group gave.
   *
   * @throws StreamException LIMIT_EXCEEDED if they are too many; none is added then
   */
  void add(List<StreamCursor> cursors) {
    requireRoom(byPartition.size() + cursors.size());
    cursors.forEach(cursor -> byPartition.put(cursor.partition, cursor));
  }

  private void requireRoom(int wanted) {
    if (wanted > maxPartitions) {
      throw new StreamException(
          ErrorCode.LIMIT_EXCEEDED,
          "the stream would read " + wanted + " partitions, the limit is " + maxPartitions);
    }
  }

  /**
   * @throws StreamException UNKNOWN_TOPIC_OR_PARTITION if one of them is not read
   */
  List<StreamCursor> named(List<StreamPartition> names) {
    return names.stream().map(this::named).toList();
  }

  private StreamCursor named(StreamPartition name) {
    return byPartition.values().stream()
        .filter(
            cursor ->
                cursor.topic.value().equals(name.getTopic())
                    && cursor.partition.partition() == name.getPartition())
        .findFirst()
        .orElseThrow(
            () ->
                new StreamException(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                    "stream "
                        + streamId
                        + " does not read partition "
                        + name.getPartition()
                        + " of that topic"));
  }

  /** Those that a seek moves: partitions without an offset stay. */
  List<StreamCursor> movedBy(StartSpec start) {
    if (start instanceof StartSpec.Offsets offsets) {
      return byPartition.values().stream()
          .filter(c -> offsets.find(c.topic.value(), c.partition.partition()) != null)
          .toList();
    }
    return List.copyOf(byPartition.values());
  }

  List<Position> positions() {
    return byPartition.values().stream().map(StreamCursor::toMessage).toList();
  }

  ResumeToken resumeToken(String clusterId) {
    return new ResumeToken(
        clusterId,
        byPartition.values().stream()
            .map(c -> new ResumeToken.Position(c.partition, c.position, c.leaderEpoch))
            .toList());
  }
}
