package io.millrace.client;

import io.millrace.model.PartitionId;
import io.millrace.model.TopicId;
import io.millrace.protocol.stream.ResumeToken;
import io.millrace.protocol.stream.message.CaughtUp;
import io.millrace.protocol.stream.message.Credit;
import io.millrace.protocol.stream.message.Error;
import io.millrace.protocol.stream.message.Position;
import io.millrace.protocol.stream.message.Records;
import io.millrace.protocol.stream.message.Seek;
import io.millrace.protocol.stream.message.Sought;
import io.millrace.protocol.stream.message.StartOffset;
import io.millrace.protocol.stream.message.Subscribe;
import io.millrace.protocol.stream.message.Subscribed;
import io.millrace.protocol.stream.message.Unsubscribe;
import io.millrace.record.BatchHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;

/** The streams of one connection to the model broker: batches as stored, within their credit. */
final class ModelStreams {
  static final TopicId TOPIC_ID = TopicId.parse("AAAAAAAAAAAAAAAAAAAAAA");
  private static final int ENOUGH_TO_SPLIT = 80;

  private final Loop loop;
  private final Random random;
  private final ModelBroker.ModelWire wire;
  private final Function<String, List<ModelLog>> topics;
  private final Map<Integer, Stream> streams = new LinkedHashMap<>();
  private long cutAfterMessages = Long.MAX_VALUE;

  private static final class Stream {
    private final int id;
    private final String topic;
    private final long[] positions;
    private long records;
    private long bytes;
    private boolean behind = true;

    private Stream(int id, String topic, int partitions) {
      this.id = id;
      this.topic = topic;
      this.positions = new long[partitions];
    }
  }

  ModelStreams(
      Loop loop,
      Random random,
      ModelBroker.ModelWire wire,
      Function<String, List<ModelLog>> topics) {
    this.loop = loop;
    this.random = random;
    this.wire = wire;
    this.topics = topics;
  }

  /** Breaks the connection when so many messages were sent. */
  void cutAfter(long messages) {
    cutAfterMessages = messages;
  }

  void receive(SpecificRecord message) {
    if (message instanceof Subscribe subscribe) {
      subscribe(subscribe);
    } else if (message instanceof Credit credit && streams.containsKey(credit.getStreamId())) {
      Stream stream = streams.get(credit.getStreamId());
      stream.records += credit.getRecords();
      stream.bytes += credit.getBytes();
      pump();
    } else if (message instanceof Seek seek && streams.containsKey(seek.getStreamId())) {
      Stream stream = streams.get(seek.getStreamId());
      place(stream, seek.getStart(), seek.getOffsets(), seek.getResumeToken());
      wire.toClient(new Sought(seek.getRequestId(), stream.id, positions(stream)), 1);
      loop.schedule(0, this::pump);
    } else if (message instanceof Unsubscribe unsubscribe) {
      streams.remove(unsubscribe.getStreamId());
    }
  }

  private void subscribe(Subscribe message) {
    String topic = message.getTopics().get(0);
    List<ModelLog> logs = topics.apply(topic);
    if (logs == null) {
      wire.toClient(
          new Error(
              null, message.getStreamId(), 3, "UNKNOWN_TOPIC_OR_PARTITION", true, "no such topic"),
          1);
      return;
    }
    Stream stream = new Stream(message.getStreamId(), topic, logs.size());
    stream.records = message.getCreditRecords();
    stream.bytes = message.getCreditBytes();
    place(stream, message.getStart(), message.getOffsets(), message.getResumeToken());
    streams.put(stream.id, stream);
    wire.toClient(new Subscribed(stream.id, positions(stream)), 1);
    loop.schedule(1, this::pump);
  }

  private void place(Stream stream, String start, List<StartOffset> offsets, String resumeToken) {
    stream.behind = true;
    for (int p = 0; p < stream.positions.length; p++) {
      if (start.equals("earliest")) {
        stream.positions[p] = 0;
      } else if (start.equals("latest")) {
        stream.positions[p] = topics.apply(stream.topic).get(p).values().size();
      } else if (start.equals("resume")) {
        stream.positions[p] =
            ResumeToken.parse(resumeToken).offsets().getOrDefault(new PartitionId(TOPIC_ID, p), 0L);
      }
    }
    offsets.forEach(offset -> stream.positions[offset.getPartition()] = offset.getOffset());
  }

  private List<Position> positions(Stream stream) {
    List<Position> positions = new ArrayList<>();
    for (int p = 0; p < stream.positions.length; p++) {
      positions.add(new Position(stream.topic, TOPIC_ID.toString(), p, stream.positions[p], 0));
    }
    return positions;
  }

  /** Sends what there is and may be sent. */
  void pump() {
    for (Stream stream : List.copyOf(streams.values())) {
      boolean sent = true;
      while (sent) {
        sent = false;
        for (int p = 0; p < stream.positions.length; p++) {
          sent |= sendOne(stream, p);
        }
      }
      checkCaughtUp(stream);
    }
  }

  private boolean sendOne(Stream stream, int partition) {
    ModelLog log = topics.apply(stream.topic).get(partition);
    if (stream.records <= 0
        || stream.bytes <= 0
        || stream.positions[partition] >= log.values().size()) {
      return false;
    }
    long from = stream.positions[partition];
    ByteBuffer batch = batchWith(log, from);
    long next = BatchHeader.nextOffset(batch, 0);
    int size = batch.remaining();
    int splitAt =
        size > ENOUGH_TO_SPLIT && random.nextInt(4) == 0 ? random.nextInt(size - 2) + 1 : 0;
    if (splitAt > 0) {
      send(stream, partition, from, from, batch.slice(0, splitAt), 0, true);
    }
    send(stream, partition, from, next, batch.slice(splitAt, size - splitAt), next - from, false);
    stream.positions[partition] = next;
    stream.records -= next - from;
    stream.bytes -= size;
    return true;
  }

  private static ByteBuffer batchWith(ModelLog log, long offset) {
    return log.batches().stream()
        .filter(batch -> BatchHeader.nextOffset(batch, 0) > offset)
        .findFirst()
        .orElseThrow();
  }

  private void send(
      Stream stream,
      int partition,
      long from,
      long next,
      ByteBuffer bytes,
      long records,
      boolean more) {
    wire.toClient(
        new Records(
            stream.id,
            stream.topic,
            TOPIC_ID.toString(),
            partition,
            from,
            next,
            0,
            records,
            (long) bytes.remaining(),
            more,
            bytes),
        1);
    if (--cutAfterMessages == 0) {
      loop.schedule(1, wire::cut);
    }
  }

  private void checkCaughtUp(Stream stream) {
    for (int p = 0; p < stream.positions.length; p++) {
      if (stream.positions[p] < topics.apply(stream.topic).get(p).values().size()) {
        stream.behind = true;
        return;
      }
    }
    if (stream.behind) {
      stream.behind = false;
      List<ResumeToken.Position> places = new ArrayList<>();
      for (int p = 0; p < stream.positions.length; p++) {
        places.add(new ResumeToken.Position(new PartitionId(TOPIC_ID, p), stream.positions[p], 0));
      }
      wire.toClient(new CaughtUp(stream.id, new ResumeToken("model", places).toText(), 0L, 0L), 1);
    }
  }
}
