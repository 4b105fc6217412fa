package io.millrace.endpoint.session;

import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.model.image.ClusterImage;
import io.millrace.protocol.stream.ResumeToken;
import io.millrace.protocol.stream.message.CaughtUp;
import io.millrace.protocol.stream.message.Gap;
import io.millrace.protocol.stream.message.Position;
import io.millrace.protocol.stream.message.StreamPartition;
import io.millrace.protocol.stream.message.Subscribe;
import io.millrace.protocol.stream.message.Subscribed;
import io.millrace.protocol.stream.message.Unsubscribed;
import io.vertx.core.Future;
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
  private final Credit credit = new Credit();
  private final StreamCursors cursors;
  private final StreamReader reader;
  private final Map<StreamCursor, Long> truncations = new LinkedHashMap<>();
  private boolean opened;
  private boolean closed;
  private boolean paused;
  private boolean behind = true;
  private int timesAtEnd;
  private @Nullable StreamException refusal;

  private RecordStream(
      StreamSession session, int id, StreamOptions options, SubscribedTopics topics) {
    this.session = session;
    this.loop = session.loop();
    this.id = id;
    this.options = options;
    this.cursors = new StreamCursors(id, topics, loop.limits().maxPartitions());
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
    cursors.addMissing(loop.image());
    return new StartResolver(loop)
        .resolve(start, cursors.all())
        .map(
            places -> {
              if (!closed) {
                open(places);
              }
              return null;
            });
  }

  private void open(Map<PartitionId, StartResolver.Place> places) {
    places.forEach(this::place);
    opened = true;
    session.send(new Subscribed(id, cursors.positions()));
    cursors.all().forEach(this::toBehind);
    onImage(loop.image());
    checkCaughtUp();
    pump();
  }

  /** Takes up partitions and topics that came into being, and lets go of topics that are gone. */
  void onImage(ClusterImage image) {
    if (!opened || closed) {
      return;
    }
    for (StreamCursor cursor : cursors.missingIn(image)) {
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
      cursors.addMissing(image).forEach(this::toBehind);
      refusal = null;
    } catch (StreamException e) {
      tellRefusal(e);
    }
    cursors.all().stream().filter(c -> c.fenced).forEach(this::toUnfenced);
    if (cursors.isOver()) {
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
      cursors.all().forEach(this::leaveTail);
    }
    forEach(
        partitions,
        cursor -> {
          cursor.paused = true;
          leaveTail(cursor);
        });
    reader.cancelFetch();
    cursors.all().forEach(reader::wants);
    checkCaughtUp();
    pump();
  }

  /** Lets the named partitions go on, or all. */
  void resume(List<StreamPartition> partitions) {
    if (partitions.isEmpty()) {
      paused = false;
      cursors.all().forEach(cursor -> cursor.paused = false);
    }
    forEach(partitions, cursor -> cursor.paused = false);
    cursors.all().forEach(reader::wants);
    pump();
  }

  private void forEach(List<StreamPartition> partitions, Consumer<StreamCursor> action) {
    cursors.named(partitions).forEach(action);
  }

  /** Moves the positions; completes when they are moved. Partitions without an offset stay. */
  Future<List<Position>> seek(StartSpec start) {
    return new StartResolver(loop)
        .resolve(start, cursors.movedBy(start))
        .map(
            places -> {
              if (closed) {
                throw new StreamException(ErrorCode.UNKNOWN_STREAM, "stream " + id + " is closed");
              }
              reader.cancel();
              places.forEach(this::moveTo);
              cursors.all().forEach(reader::wants);
              return cursors.positions();
            });
  }

  private void moveTo(PartitionId partition, StartResolver.Place to) {
    StreamCursor cursor = cursors.find(partition);
    if (cursor != null) {
      leaveTail(cursor);
      place(partition, to);
      toBehind(cursor);
    }
  }

  private void place(PartitionId partition, StartResolver.Place to) {
    StreamCursor cursor = cursors.find(partition);
    if (cursor == null) {
      throw new IllegalStateException("stream " + id + " does not read " + partition);
    }
    cursor.position = to.offset();
    cursor.leaderEpoch = to.leaderEpoch();
    cursor.proven = to.proven();
    truncations.remove(cursor);
    if (to.isTruncated()) {
      truncations.put(cursor, to.commonEndOffset());
    }
  }

  List<Position> positions() {
    return cursors.positions();
  }

  ResumeToken resumeToken() {
    return cursors.resumeToken(loop.image().clusterId());
  }

  /** The resume token as text; null before the positions are known. */
  @Nullable String resumeTokenText() {
    return opened ? resumeToken().toText() : null;
  }

  /** Reads on if anything is wanted and allowed. */
  void pump() {
    if (opened && !closed) {
      tellTruncations();
      reader.pump();
    }
  }

  /** Not before the client knows the positions that it asked for. */
  private void tellTruncations() {
    Map<StreamCursor, Long> told = Map.copyOf(truncations);
    truncations.clear();
    told.forEach((cursor, end) -> new ReadFailure(this, cursor).truncated(end));
    told.keySet().forEach(reader::wants);
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
    cursor.proven = true;
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

  /** This node has heard something new, perhaps of the epoch that the partition's leader has. */
  private void toUnfenced(StreamCursor cursor) {
    cursor.fenced = false;
    if (cursor.state == StreamCursor.State.RETRYING) {
      toBehind(cursor);
    }
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
    cursors.remove(cursor);
    truncations.remove(cursor);
  }

  /** Tells the client once when nothing is left to read. */
  void checkCaughtUp() {
    if (!opened || closed || !behind || paused || !isAtEnd()) {
      return;
    }
    behind = false;
    // Those that are followed have no lag: what comes is delivered at once.
    List<StreamCursor> others =
        cursors.all().stream().filter(c -> c.state != StreamCursor.State.TAILING).toList();
    int mine = ++timesAtEnd;
    Lag.measure(loop, others, lag -> tellCaughtUp(mine, lag));
  }

  private boolean isAtEnd() {
    return cursors.all().stream()
        .allMatch(
            c ->
                isPaused(c)
                    || c.state == StreamCursor.State.TAILING
                    || c.state == StreamCursor.State.ENDED);
  }

  /** Unless it fell behind while it was asked how far it is. */
  private void tellCaughtUp(int time, Lag lag) {
    if (!closed && !behind && time == timesAtEnd) {
      session.send(new CaughtUp(id, resumeToken().toText(), lag.records(), lag.ms()));
    }
  }

  void close() {
    closed = true;
    reader.cancel();
    for (StreamCursor cursor : cursors.all()) {
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
