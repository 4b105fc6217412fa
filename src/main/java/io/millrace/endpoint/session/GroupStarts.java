package io.millrace.endpoint.session;

import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.model.TopicId;
import io.millrace.model.TopicPartition;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupRequest.FetchOffsets;
import io.millrace.model.group.GroupResponse.CommittedOffset;
import io.millrace.model.group.GroupResponse.OffsetsFetched;
import io.millrace.model.image.TopicImage;
import io.millrace.protocol.stream.ResumeToken;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Finds where a member begins in a partition: at what its group has committed; without that, where
 * the subscription said; and in partitions that came into being after it, at their beginning, so
 * that nothing of them is missed.
 *
 * <p>Threading: its session's.
 */
final class GroupStarts {
  private final SessionLoop loop;
  private final String group;
  private final StartSpec start;
  private final Map<TopicId, Integer> knownPartitions = new HashMap<>();

  GroupStarts(SessionLoop loop, String group, StartSpec start, List<TopicImage> topics) {
    this.loop = loop;
    this.group = group;
    this.start = start;
    topics.forEach(topic -> knownPartitions.put(topic.id(), topic.partitions().size()));
  }

  /**
   * Where to begin.
   *
   * @param committed offsets that the group has; a partition that is missing has none
   */
  record Found(Map<PartitionId, StartResolver.Place> places, Map<PartitionId, Long> committed) {
    StartResolver.Place place(PartitionId partition) {
      return Objects.requireNonNull(places.get(partition), "a place that was asked for");
    }
  }

  /** Fails with StreamException if the coordinator or a partition cannot say. */
  Future<Found> find(List<StreamCursor> cursors) {
    List<TopicPartition> names = cursors.stream().map(StreamCursor::name).toList();
    FetchOffsets request = new FetchOffsets(group, null, GroupRequest.NO_GENERATION, names, true);
    return loop.groups()
        .ask(request, loop.inMs(loop.limits().requestTimeoutMs()))
        .answer()
        .compose(fetched -> resolve(cursors, fetched));
  }

  private Future<Found> resolve(List<StreamCursor> cursors, OffsetsFetched fetched) {
    if (fetched.error().isError()) {
      throw new StreamException(fetched.error().code(), fetched.error().reason());
    }
    Map<PartitionId, ResumeToken.Position> committed = new HashMap<>();
    Map<PartitionId, Long> offsets = new HashMap<>();
    List<StreamCursor> resumed = new ArrayList<>();
    List<StreamCursor> asked = new ArrayList<>();
    List<StreamCursor> fresh = new ArrayList<>();
    for (int i = 0; i < cursors.size(); i++) {
      StreamCursor cursor = cursors.get(i);
      CommittedOffset found = fetched.offsets().get(i);
      boolean isNowhere = found.error().code() == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
      if (found.error().isError() && !isNowhere) {
        throw new StreamException(found.error().code(), found.error().reason());
      }
      PartitionId partition = cursor.partition;
      if (found.offset() >= 0) {
        committed.put(
            partition, new ResumeToken.Position(partition, found.offset(), found.leaderEpoch()));
        offsets.put(partition, found.offset());
        resumed.add(cursor);
      } else if (partition.partition() < knownPartitions.getOrDefault(partition.topicId(), 0)) {
        asked.add(cursor);
      } else {
        fresh.add(cursor);
      }
    }
    StartResolver resolver = new StartResolver(loop);
    Map<PartitionId, StartResolver.Place> places = new HashMap<>();
    return resolver
        .resolve(new StartSpec.Resume(loop.image().clusterId(), committed), resumed)
        .onSuccess(places::putAll)
        .compose(done -> resolver.resolve(start, asked))
        .onSuccess(places::putAll)
        .compose(done -> resolver.resolve(new StartSpec.Earliest(), fresh))
        .onSuccess(places::putAll)
        .map(done -> new Found(places, offsets));
  }
}
