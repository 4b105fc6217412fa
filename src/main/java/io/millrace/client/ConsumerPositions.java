package io.millrace.client;

import io.millrace.model.PartitionId;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.protocol.stream.ResumeToken;
import io.millrace.protocol.stream.message.Position;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The next offset of each partition that a consumer reads.
 *
 * <p>Threading: one thread.
 */
final class ConsumerPositions {
  private final Map<TopicPartition, Place> places = new LinkedHashMap<>();

  /** A place in the log of one topic's life. */
  record Place(String topicId, long nextOffset, int leaderEpoch) {}

  void set(Position position) {
    places.put(
        keyOf(position.getTopic(), position.getPartition()),
        new Place(position.getTopicId(), position.getNextOffset(), position.getLeaderEpoch()));
  }

  void set(RecordChunk chunk, long nextOffset) {
    places.put(
        keyOf(chunk.topic(), chunk.partition()),
        new Place(chunk.topicId(), nextOffset, chunk.leaderEpoch()));
  }

  /** Goes on behind a gap; a partition that is gone is forgotten. */
  void skip(ConsumerGap gap) {
    TopicPartition partition = keyOf(gap.topic(), gap.partition());
    Place place = places.get(partition);
    if (gap.toOffset() < 0) {
      places.remove(partition);
    } else if (place != null) {
      places.put(partition, new Place(place.topicId(), gap.toOffset(), place.leaderEpoch()));
    }
  }

  /** Null if it is not known. */
  @Nullable Place place(TopicPartition partition) {
    return places.get(partition);
  }

  void removeAll(Set<TopicPartition> partitions) {
    places.keySet().removeAll(partitions);
  }

  void setAll(ConsumerPositions others) {
    places.clear();
    places.putAll(others.places);
  }

  Map<TopicPartition, Long> offsets() {
    Map<TopicPartition, Long> offsets = new LinkedHashMap<>();
    places.forEach((partition, place) -> offsets.put(partition, place.nextOffset()));
    return offsets;
  }

  /** The token that continues from here. */
  String resumeToken(String clusterId) {
    List<ResumeToken.Position> positions = new ArrayList<>();
    places.forEach(
        (partition, place) ->
            positions.add(
                new ResumeToken.Position(
                    new PartitionId(TopicId.parse(place.topicId()), partition.partition()),
                    place.nextOffset(),
                    place.leaderEpoch())));
    return new ResumeToken(clusterId, positions).toText();
  }

  static TopicPartition keyOf(String topic, int partition) {
    return new TopicPartition(new TopicName(topic), partition);
  }
}
