package io.millrace.endpoint.session;

import io.millrace.model.Acks;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.image.TopicImage;
import io.millrace.protocol.stream.message.PlainRecord;
import io.millrace.protocol.stream.message.ProduceRecords;
import io.millrace.protocol.stream.message.Produced;
import io.millrace.protocol.stream.message.ProducedRange;
import io.millrace.record.KeyHash;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One produceRecords request: its records are spread over partitions, and it is answered when all
 * of them are settled.
 *
 * <p>Threading: its session's.
 */
final class PlainRequest {
  private final StreamSession session;
  private final ProduceRecords message;
  private final TopicImage topic;
  private final Acks acks;
  private final Map<Integer, PlainPart> parts = new LinkedHashMap<>();
  private int open;

  PlainRequest(StreamSession session, ProduceRecords message, TopicImage topic, Acks acks) {
    this.session = session;
    this.message = message;
    this.topic = topic;
    this.acks = acks;
  }

  /**
   * Hands the records on; the frame that they are views of is kept until they are settled.
   *
   * @throws StreamException if one of them cannot be; none is handed on then
   */
  void begin(ByteBuf frame) {
    SessionLoop loop = session.loop();
    long deadline = Request.deadline(loop, message.getTimeoutMs());
    int size = frame.readableBytes();
    session.requireNotDraining();
    Request[] request = new Request[1];
    split(deadline, () -> partDone(request[0], frame, size));
    loop.producers().reserve(size);
    request[0] = Request.begin(session, message, size);
    frame.retain();
    open = parts.size();
    for (PlainPart part : List.copyOf(parts.values())) {
      loop.producers().of(topic.partitionId(part.partition)).add(part);
    }
  }

  private void split(long deadline, Runnable whenPartDone) {
    int turn = -1;
    for (int index = 0; index < message.getRecords().size(); index++) {
      PlainRecord record = message.getRecords().get(index);
      Long timestampMs = record.getTimestampMs();
      if (timestampMs != null && timestampMs < 0) {
        throw new StreamException(
            ErrorCode.INVALID_TIMESTAMP,
            "record " + index + " has timestampMs " + timestampMs + ", expected 0 or later");
      }
      Integer named = record.getPartition();
      ByteBuffer key = record.getKey();
      int partition;
      if (named != null) {
        partition = Topics.requirePartition(topic, named).partition();
      } else if (key != null) {
        partition = KeyHash.partitionFor(key, topic.partitions().size());
      } else {
        turn = turn < 0 ? nextTurn() : turn;
        partition = turn;
      }
      parts
          .computeIfAbsent(partition, p -> new PlainPart(p, acks, deadline, whenPartDone))
          .add(record, index);
    }
  }

  private int nextTurn() {
    return session.loop().producers().nextTurn(topic.name().value(), topic.partitions().size());
  }

  private void partDone(Request request, ByteBuf frame, int size) {
    if (--open > 0) {
      return;
    }
    session.loop().producers().giveBack(size);
    frame.release();
    Optional<PlainPart> failed =
        parts.values().stream().filter(part -> part.error() != ErrorCode.NONE).findFirst();
    if (failed.isPresent()) {
      request.fail(failure(failed.get()));
    } else if (acks == Acks.NONE) {
      request.endSilently();
    } else {
      request.succeed(new Produced(message.getRequestId(), ranges()));
    }
  }

  private StreamException failure(PlainPart failed) {
    int appended = parts.values().stream().mapToInt(PlainPart::appendedCount).sum();
    String text =
        "partition "
            + failed.partition
            + " of '"
            + topic.name()
            + "': "
            + failed.reason()
            + (appended == 0
                ? ""
                : " (" + appended + " of " + message.getRecords().size() + " records are written)");
    return new StreamException(failed.error(), text);
  }

  private List<ProducedRange> ranges() {
    List<ProducedRange> ranges = new ArrayList<>();
    parts.values().forEach(part -> ranges.addAll(part.ranges()));
    if (ranges.size() > 1) {
      return ranges;
    }
    // All the records, in their order: no need to say which.
    ProducedRange all = ranges.get(0);
    return List.of(
        new ProducedRange(
            all.getPartition(),
            all.getBaseOffset(),
            all.getCount(),
            all.getLogAppendTimeMs(),
            List.of()));
  }
}
