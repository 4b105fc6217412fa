package io.millrace.endpoint.session;

import io.millrace.bus.OffsetsReply;
import io.millrace.bus.OffsetsRequest;
import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.protocol.stream.ResumeToken;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns a start into places, asking the partitions where it must. A place that a reader had before
 * is compared with the log that is there now (KIP-320).
 *
 * <p>Threading: its loop's event loop.
 */
final class StartResolver {
  private final SessionLoop loop;

  StartResolver(SessionLoop loop) {
    this.loop = loop;
  }

  /**
   * Where to begin in one partition.
   *
   * @param leaderEpoch of the leader that served what is before it, -1 if unknown
   * @param proven whether what is before it was there once
   * @param commonEndOffset up to here the log is the same as it was then, if that is less
   */
  record Place(long offset, int leaderEpoch, boolean proven, long commonEndOffset) {
    private static Place at(long offset) {
      return new Place(offset, -1, false, Long.MAX_VALUE);
    }

    private static Place had(ResumeToken.Position position, long commonEndOffset) {
      return new Place(position.nextOffset(), position.leaderEpoch(), true, commonEndOffset);
    }

    boolean isTruncated() {
      return commonEndOffset < offset;
    }
  }

  /** What to ask about one partition. */
  private record Question(StreamCursor cursor, OffsetsRequest.Entry entry) {}

  /**
   * The first offset wanted in each of the partitions; fails with StreamException if one of them
   * cannot say.
   */
  Future<Map<PartitionId, Place>> resolve(StartSpec start, Collection<StreamCursor> cursors) {
    if (start instanceof StartSpec.Resume resume) {
      requireThisCluster(resume.clusterId());
    }
    List<Question> open = new ArrayList<>();
    Map<PartitionId, Place> places = new LinkedHashMap<>();
    for (StreamCursor cursor : cursors) {
      Place known = known(start, cursor);
      if (known == null) {
        open.add(new Question(cursor, question(start, cursor)));
      } else {
        places.put(cursor.partition, known);
      }
    }
    return open.isEmpty() ? Future.succeededFuture(places) : ask(start, open, places);
  }

  /** The place, if nothing has to be asked for it. */
  private static @Nullable Place known(StartSpec start, StreamCursor cursor) {
    if (start instanceof StartSpec.Offsets offsets) {
      Long offset = offsets.find(cursor.topic.value(), cursor.partition.partition());
      return offset == null ? null : Place.at(offset);
    } else if (start instanceof StartSpec.Resume resume) {
      ResumeToken.Position position = resume.positions().get(cursor.partition);
      return position == null || position.leaderEpoch() >= 0
          ? null
          : Place.had(position, Long.MAX_VALUE);
    }
    return null;
  }

  private static OffsetsRequest.Entry question(StartSpec start, StreamCursor cursor) {
    PartitionId partition = cursor.partition;
    if (start instanceof StartSpec.Earliest) {
      return new OffsetsRequest.Entry(partition, OffsetsRequest.EARLIEST);
    } else if (start instanceof StartSpec.Timestamp timestamp) {
      return new OffsetsRequest.Entry(partition, timestamp.timestampMs());
    } else if (start instanceof StartSpec.Resume resume) {
      ResumeToken.Position position = resume.positions().get(partition);
      // A partition that came after the token was made is read from its beginning: no loss.
      return position == null
          ? new OffsetsRequest.Entry(partition, OffsetsRequest.EARLIEST)
          : new OffsetsRequest.Entry(
              partition, OffsetsRequest.END_OF_EPOCH, position.leaderEpoch());
    }
    return new OffsetsRequest.Entry(partition, OffsetsRequest.LATEST);
  }

  private void requireThisCluster(String clusterId) {
    String mine = loop.image().clusterId();
    if (!clusterId.equals(mine)) {
      throw new StreamException(
          ErrorCode.INVALID_RESUME_TOKEN,
          "the resume token was made by cluster '" + clusterId + "', this is '" + mine + "'");
    }
  }

  private Future<Map<PartitionId, Place>> ask(
      StartSpec start, List<Question> open, Map<PartitionId, Place> places) {
    List<OffsetsRequest.Entry> entries = open.stream().map(Question::entry).toList();
    long deadline = loop.inMs(loop.limits().requestTimeoutMs());
    return loop.partitions()
        .offsets(new OffsetsRequest(entries, loop.image().version(), deadline))
        .map(
            reply -> {
              for (int i = 0; i < open.size(); i++) {
                PartitionId partition = open.get(i).cursor.partition;
                places.put(partition, place(start, partition, reply.results().get(i)));
              }
              return places;
            });
  }

  private static Place place(StartSpec start, PartitionId partition, OffsetsReply.Result result) {
    if (result.error() != ErrorCode.NONE) {
      throw new StreamException(result.error(), result.reason());
    }
    if (start instanceof StartSpec.Resume resume) {
      ResumeToken.Position position = resume.positions().get(partition);
      if (position != null) {
        return Place.had(position, result.offset());
      }
    } else if (start instanceof StartSpec.Last last) {
      return Place.at(Math.max(result.logStartOffset(), result.highWatermark() - last.records()));
    }
    // No record is that new: begin with the next one.
    return Place.at(result.offset() >= 0 ? result.offset() : result.highWatermark());
  }
}
