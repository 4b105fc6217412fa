package io.millrace.endpoint.session;

import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.TopicImage;
import io.millrace.protocol.stream.ResumeToken;
import io.millrace.protocol.stream.message.CaughtUp;
import io.millrace.protocol.stream.message.Gap;
import io.millrace.protocol.stream.message.Position;
import io.millrace.protocol.stream.message.StreamPartition;
import io.millrace.protocol.stream.message.Subscribe;
import io.millrace.protocol.stream.message.Subscribed;
import io.millrace.protocol.stream.message.Unsubscribed;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One subscription: its partitions, positions and credit. Records that wait for credit wait in the
 * log, not here. A cursor that has nothing left to read follows the partition's {@link Tailer}
 * together with all others; one that is behind is read for by this stream's {@link StreamReader}.
 *
 * <p>Threading: its session's.
 */
final class RecordStream {
  private final StreamSession session;
  private final SessionLoop loop;
  private final int id;
  private final StreamOptions options;
  private final SubscribedTopics topics;
  private final Credit credit = new Credit();
  private final Map<PartitionId, StreamCursor> cursors = new LinkedHashMap<>();
  private final StreamReader reader;
  private boolean opened;
  private boolean closed;
  private boolean paused;
  private boolean behind = true;
  private @Nullable StreamException refusal;

  private RecordStream(
      StreamSession session, int id, StreamOptions options, SubscribedTopics topics) {
    this.session = session;
    this.loop = session.loop();
    this.id = id;
    this.options = options;
    this.topics = topics;
    this.reader = new StreamReader(this);
  }

  /**
   * @throws StreamException if the subscription contradicts itself or names what does not exist
   */
  static RecordStream of(StreamSession session, Subscribe message, boolean selfGranting) {
    SubscribedTopics topics = SubscribedTopics.of(message, session.loop().image());
    StreamOptions options = StreamOptions.of(message, selfGranting);
    RecordStream stream = new RecordStream(session, message.getStreamId(), options, topics);
    SessionLimits limits = session.loop().limits();
    if (selfGranting) {
      stream.credit.grant(limits.urlCreditRecords(), limits.urlCreditBytes());
    } else {
      stream.credit.grant(message.getCreditRecords(), message.getCreditBytes());
    }
    return stream;
  }

  /** Finds where to begin and says so to the client; fails if that cannot be found. */
  Future<Void> start(StartSpec start) {
    addMissing(loop.image());
    return new StartResolver(loop)
        .resolve(start, cursors.values())
        .map(
            offsets -> {
              if (!closed) {
                open(offsets);
              }
              return null;
            });
  }

  private void open(Map<PartitionId, Long> offsets) {
    offsets.forEach((partition, offset) -> cursor(partition).position = offset);
    opened = true;
    session.send(new Subscribed(id, positions()));
    cursors.values().forEach(this::toBehind);
    onImage(loop.image());
    checkCaughtUp();
    pump();
  }

  private StreamCursor cursor(PartitionId partition) {
    StreamCursor cursor = cursors.get(partition);
    if (cursor == null) {
      throw new IllegalStateException("stream " + id + " does not read " + partition);
    }
    return cursor;
  }

  /** Takes up partitions and topics that came into being, and lets go of topics that are gone. */
  void onImage(ClusterImage image) {
    if (!opened || closed) {
      return;
    }
    List<StreamCursor> gone =
        cursors.values().stream()
            .filter(cursor -> image.topic(cursor.partition.topicId()).isEmpty())
            .toList();
    for (StreamCursor cursor : gone) {
      session.send(
          new Gap(
              id,
              cursor.topic.value(),
              cursor.partition.partition(),
              cursor.position,
              -1L,
              "deleted"));
      drop(cursor);
    }
    try {
      addMissing(image).forEach(this::toBehind);
      refusal = null;
    } catch (StreamException e) {
      tellRefusal(e);
    }
    if (cursors.isEmpty() && topics.endsWithItsTopics()) {
      end("its topics are deleted");
    } else {
      checkCaughtUp();
      pump();
    }
  }

  /** What joins cannot be read; said once, not with every image. */
  private void tellRefusal(StreamException e) {
    if (refusal == null) {
      session.sendError(null, id, e.code(), String.valueOf(e.getMessage()));
    }
    refusal = e;
  }

  /** New partitions are read from their beginning, so nothing of them is missed. */
  private List<StreamCursor> addMissing(ClusterImage image) {
    List<StreamCursor> added = new java.util.ArrayList<>();
    for (TopicImage topic : topics.topics(image)) {
      topics
          .partitions(topic)
          .mapToObj(topic::partitionId)
          .filter(partition -> !cursors.containsKey(partition))
          .map(partition -> new StreamCursor(partition, topic.name(), 0))
          .forEach(added::add);
    }
    int limit = loop.limits().maxPartitions();
    if (cursors.size() + added.size() > limit) {
      throw new StreamException(
          ErrorCode.LIMIT_EXCEEDED,
          "the stream would read "
              + (cursors.size() + added.size())
              + " partitions, the limit is "
              + limit);
    }
    added.forEach(cursor -> cursors.put(cursor.partition, cursor));
    return added;
  }

  /** The server ends the stream. */
  void end(String reason) {
    session.send(new Unsubscribed(id, reason));
    session.streams().remove(this);
    session.streamGone(CloseCode.SUBSCRIPTION_ENDED, reason);
  }

  void grant(long records, long bytes) {
    credit.grant(records, bytes);
    pump();
  }

  /** Stops the named partitions, or all. */
  void pause(List<StreamPartition> partitions) {
    if (partitions.isEmpty()) {
      paused = true;
      cursors.values().forEach(this::leaveTail);
    }
    forEach(
        partitions,
        cursor -> {
          cursor.paused = true;
          leaveTail(cursor);
        });
    reader.cancelFetch();
    cursors.values().forEach(reader::wants);
    checkCaughtUp();
    pump();
  }

  /** Lets the named partitions go on, or all. */
  void resume(List<StreamPartition> partitions) {
    if (partitions.isEmpty()) {
      paused = false;
      cursors.values().forEach(cursor -> cursor.paused = false);
    }
    forEach(partitions, cursor -> cursor.paused = false);
    cursors.values().forEach(reader::wants);
    pump();
  }

  private void forEach(List<StreamPartition> partitions, Consumer<StreamCursor> action) {
    List<StreamCursor> named = partitions.stream().map(this::named).toList();
    named.forEach(action);
  }

  private StreamCursor named(StreamPartition name) {
    return cursors.values().stream()
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
                        + id
                        + " does not read partition "
                        + name.getPartition()
                        + " of that topic"));
  }

  /** Moves the positions; completes when they are moved. Partitions without an offset stay. */
  Future<List<Position>> seek(StartSpec start) {
    Collection<StreamCursor> moved =
        start instanceof StartSpec.Offsets offsets
            ? cursors.values().stream()
                .filter(c -> offsets.find(c.topic.value(), c.partition.partition()) != null)
                .toList()
            : List.copyOf(cursors.values());
    return new StartResolver(loop)
        .resolve(start, moved)
        .map(
            offsets -> {
              if (closed) {
                throw new StreamException(ErrorCode.UNKNOWN_STREAM, "stream " + id + " is closed");
              }
              reader.cancel();
              offsets.forEach(this::moveTo);
              cursors.values().forEach(reader::wants);
              return positions();
            });
  }

  private void moveTo(PartitionId partition, long offset) {
    StreamCursor cursor = cursors.get(partition);
    if (cursor != null) {
      leaveTail(cursor);
      cursor.position = offset;
      cursor.leaderEpoch = -1;
      toBehind(cursor);
    }
  }

  List<Position> positions() {
    return cursors.values().stream().map(StreamCursor::toMessage).toList();
  }

  ResumeToken resumeToken() {
    return new ResumeToken(
        loop.image().clusterId(),
        cursors.values().stream()
            .map(c -> new ResumeToken.Position(c.partition, c.position, c.leaderEpoch))
            .toList());
  }

  /** The resume token as text; null before the positions are known. */
  @Nullable String resumeTokenText() {
    return opened ? resumeToken().toText() : null;
  }

  /** Reads on if anything is wanted and allowed. */
  void pump() {
    if (opened && !closed) {
      reader.pump();
    }
  }

  /** Whether records may be sent now. */
  boolean mayRead() {
    return !closed && !paused && credit.isOpen() && session.isWritable();
  }

  boolean isPaused(StreamCursor cursor) {
    return paused || cursor.paused;
  }

  /** Records were written to the client. */
  void delivered(StreamCursor cursor, long nextOffset, long records, long bytes) {
    cursor.position = nextOffset;
    credit.use(records, bytes);
    if (options.selfGranting()) {
      credit.grant(records, bytes);
    }
  }

  /** Writes what the tailer read, if this cursor can take it; false if it must read for itself. */
  boolean offer(StreamCursor cursor, TailBatch batch) {
    if (!mayRead() || !credit.covers(batch.records(), batch.sizeBytes())) {
      cursor.slow = true;
      return false;
    }
    cursor.leaderEpoch = batch.leaderEpoch();
    batch.writeTo(session, id);
    delivered(cursor, batch.nextOffset(), batch.records(), batch.sizeBytes());
    return true;
  }

  /** Says which offsets are left out, and goes on behind them. */
  void gap(StreamCursor cursor, long toOffset, String cause) {
    session.send(
        new Gap(
            id,
            cursor.topic.value(),
            cursor.partition.partition(),
            cursor.position,
            toOffset,
            cause));
    cursor.position = toOffset;
  }

  /** From now on the tailer reads for this cursor. */
  void toTailing(StreamCursor cursor) {
    cursor.state = StreamCursor.State.TAILING;
    cursor.slow = false;
  }

  /** From now on the stream reads for this cursor itself. */
  void toBehind(StreamCursor cursor) {
    cursor.state = StreamCursor.State.BEHIND;
    behind = true;
    reader.wants(cursor);
  }

  /** Reading failed for good. */
  void toEnded(StreamCursor cursor) {
    cursor.state = StreamCursor.State.ENDED;
  }

  private void leaveTail(StreamCursor cursor) {
    if (cursor.state == StreamCursor.State.TAILING) {
      loop.tailers().leave(cursor);
      toBehind(cursor);
    }
  }

  private void drop(StreamCursor cursor) {
    leaveTail(cursor);
    toEnded(cursor);
    reader.forget(cursor);
    cursors.remove(cursor.partition);
  }

  /** Tells the client once when nothing is left to read. */
  void checkCaughtUp() {
    boolean all =
        cursors.values().stream()
            .allMatch(
                c ->
                    isPaused(c)
                        || c.state == StreamCursor.State.TAILING
                        || c.state == StreamCursor.State.ENDED);
    if (opened && !closed && behind && !paused && all) {
      behind = false;
      session.send(new CaughtUp(id, resumeToken().toText(), 0L, 0L));
    }
  }

  void close() {
    closed = true;
    reader.cancel();
    for (StreamCursor cursor : cursors.values()) {
      if (cursor.state == StreamCursor.State.TAILING) {
        loop.tailers().leave(cursor);
      }
      cursor.state = StreamCursor.State.ENDED;
    }
  }

  boolean isClosed() {
    return closed;
  }

  int id() {
    return id;
  }

  StreamSession session() {
    return session;
  }

  Credit credit() {
    return credit;
  }

  StreamOptions options() {
    return options;
  }
}
