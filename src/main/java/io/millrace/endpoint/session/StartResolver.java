package io.millrace.endpoint.session;

import io.millrace.bus.OffsetsReply;
import io.millrace.bus.OffsetsRequest;
import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns a start into offsets, asking the partitions where it must.
 *
 * <p>Threading: its loop's event loop.
 */
final class StartResolver {
  /** Asks the broker for nothing. */
  private static final long KNOWN = Long.MIN_VALUE;

  private final SessionLoop loop;

  StartResolver(SessionLoop loop) {
    this.loop = loop;
  }

  /** What is asked about one partition, and what is known without asking. */
  private record Question(StreamCursor cursor, long timestampMs, long knownOffset) {}

  /**
   * The first offset wanted in each of the partitions; fails with StreamException if one of them
   * cannot say.
   */
  Future<Map<PartitionId, Long>> resolve(StartSpec start, Collection<StreamCursor> cursors) {
    List<Question> questions = new ArrayList<>();
    for (StreamCursor cursor : cursors) {
      questions.add(question(start, cursor));
    }
    List<Question> open =
        questions.stream().filter(question -> question.timestampMs != KNOWN).toList();
    Map<PartitionId, Long> offsets = new LinkedHashMap<>();
    for (Question question : questions) {
      if (question.timestampMs == KNOWN) {
        offsets.put(question.cursor.partition, question.knownOffset);
      }
    }
    return open.isEmpty() ? Future.succeededFuture(offsets) : ask(start, open, offsets);
  }

  private Question question(StartSpec start, StreamCursor cursor) {
    if (start instanceof StartSpec.Earliest) {
      return new Question(cursor, OffsetsRequest.EARLIEST, -1);
    } else if (start instanceof StartSpec.Timestamp timestamp) {
      return new Question(cursor, timestamp.timestampMs(), -1);
    } else if (start instanceof StartSpec.Offsets offsets) {
      Long offset = offsets.find(cursor.topic.value(), cursor.partition.partition());
      return offset == null
          ? new Question(cursor, OffsetsRequest.LATEST, -1)
          : new Question(cursor, KNOWN, offset);
    } else if (start instanceof StartSpec.Resume resume) {
      requireThisCluster(resume.clusterId());
      Long offset = resume.offsets().get(cursor.partition);
      // A partition that came after the token was made is read from its beginning: no loss.
      return offset == null
          ? new Question(cursor, OffsetsRequest.EARLIEST, -1)
          : new Question(cursor, KNOWN, offset);
    }
    return new Question(cursor, OffsetsRequest.LATEST, -1);
  }

  private void requireThisCluster(String clusterId) {
    String mine = loop.image().clusterId();
    if (!clusterId.equals(mine)) {
      throw new StreamException(
          ErrorCode.INVALID_RESUME_TOKEN,
          "the resume token was made by cluster '" + clusterId + "', this is '" + mine + "'");
    }
  }

  private Future<Map<PartitionId, Long>> ask(
      StartSpec start, List<Question> open, Map<PartitionId, Long> offsets) {
    List<OffsetsRequest.Entry> entries =
        open.stream()
            .map(
                question ->
                    new OffsetsRequest.Entry(question.cursor.partition, question.timestampMs))
            .toList();
    long deadline = loop.inMs(loop.limits().requestTimeoutMs());
    return loop.partitions()
        .offsets(new OffsetsRequest(entries, loop.image().version(), deadline))
        .map(
            reply -> {
              for (int i = 0; i < open.size(); i++) {
                offsets.put(open.get(i).cursor.partition, offset(start, reply.results().get(i)));
              }
              return offsets;
            });
  }

  private static long offset(StartSpec start, OffsetsReply.Result result) {
    if (result.error() != ErrorCode.NONE) {
      throw new StreamException(result.error(), result.reason());
    }
    if (start instanceof StartSpec.Last last) {
      return Math.max(result.logStartOffset(), result.highWatermark() - last.records());
    }
    // No record is that new: begin with the next one.
    return result.offset() >= 0 ? result.offset() : result.highWatermark();
  }
}
