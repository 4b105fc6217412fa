package io.millrace.endpoint.session;

import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.model.image.ClusterImage;
import io.millrace.protocol.stream.ResumeToken;
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
  private final CatchingUp catchingUp;
  private final Map<StreamCursor, Long> truncations = new LinkedHashMap<>();
  private boolean opened;
  private boolean closed;
  private boolean paused;
  private @Nullable StreamException refusal;
  private @Nullable GroupStream group;

  private RecordStream(
      StreamSession session, int id, StreamOptions options, SubscribedTopics topics) {
    this.session = session;
    this.loop = session.loop();
    this.id = id;
    this.options = options;
    this.cursors = new StreamCursors(id, topics, loop.limits().maxPartitions());
    this.reader = new StreamReader(this);
    this.catchingUp = new CatchingUp(this, cursors);
  }

  /**
   * @throws StreamException if the subscription contradicts itself or names what does not exist
   */
  static RecordStream of(StreamSession session, Subscribe message, boolean selfGranting) {
    SubscribedTopics topics = SubscribedTopics.of(message, session.loop().image());
    StreamOptions options = StreamOptions.of(message, selfGranting);
    RecordStream stream = new RecordStream(session, message.getStreamId(), options, topics);
    GroupOptions group = GroupOptions.of(message);
    if (group != null) {
      stream.group = new GroupStream(stream, group, topics, StartSpec.of(message));
      // The first credit is what its acknowledgements are counted from.
      stream.group.onCredit(message.getCreditRecords());
    }
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
    GroupStream member = group;
    if (member != null) {
      return member.join();
    }
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

  /** The stream is a member of its group, which gives it partitions from now on. */
  void openAsMember() {
    opened = true;
    session.send(new Subscribed(id, List.of()));
  }

  /** Takes in partitions that the group gave; nothing is read of them yet. */
  void assign(List<StreamCursor> added, Map<PartitionId, StartResolver.Place> places) {
    cursors.add(added);
    added.forEach(
        cursor -> {
          StartResolver.Place place = places.get(cursor.partition);
          if (place != null) {
            place(cursor.partition, place);
          }
        });
  }

  /** The client knows these now. */
  void beginReading(List<StreamCursor> added) {
    added.forEach(this::toBehind);
    pump();
  }

  /** The group takes a partition away. */
  void revoke(PartitionId partition) {
    StreamCursor cursor = cursors.find(partition);
    if (cursor != null) {
      drop(cursor);
      checkCaughtUp();
      pump();
    }
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
      if (group != null) {
        group.onGone(cursor.partition);
      }
    }
    takeUpNew(image);
    cursors.all().stream().filter(c -> c.fenced).forEach(this::toUnfenced);
    if (group == null && cursors.isOver()) {
      end("its topics are deleted");
    } else {
      checkCaughtUp();
      pump();
    }
  }

  private void takeUpNew(ClusterImage image) {
    if (group != null) {
      group.onImage();
      return;
    }
    try {
      cursors.addMissing(image).forEach(this::toBehind);
      refusal = null;
    } catch (StreamException e) {
      tellRefusal(e);
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
    if (group != null) {
      group.onCredit(records);
    }
    pump();
  }

  /** The client did something with the stream. */
  void onSign() {
    if (group != null) {
      group.onSign();
    }
  }

  boolean isMember() {
    return group != null;
  }

  /** Commits and ends the membership, if there is one, while the stream stays open. */
  Future<Void> leaveGroup() {
    return group == null ? Future.succeededFuture() : group.finish(false);
  }

  /**
   * @throws StreamException INVALID_REQUEST if the stream is in no group
   */
  GroupStream requireGroup() {
    GroupStream member = group;
    if (member == null) {
      throw new StreamException(
          ErrorCode.INVALID_REQUEST, "stream " + id + " is in no group; subscribe with one");
    }
    return member;
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
      if (group != null) {
        group.onMoved(cursor);
      }
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
    if (group != null) {
      group.onDelivered(cursor, records);
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
    boolean back = toOffset < cursor.position;
    cursor.position = toOffset;
    if (group != null && back) {
      group.onMoved(cursor);
    } else if (group != null) {
      group.onDelivered(cursor, 0);
    }
  }

  /** From now on the tailer reads for this cursor. */
  void toTailing(StreamCursor cursor) {
    cursor.state = StreamCursor.State.TAILING;
    cursor.slow = false;
  }

  /** From now on the stream reads for this cursor itself. */
  void toBehind(StreamCursor cursor) {
    cursor.state = StreamCursor.State.BEHIND;
    catchingUp.fellBehind();
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
    if (opened && !closed && !paused) {
      catchingUp.check();
    }
  }

  /**
   * Nothing is sent any more.
   *
   * @param forGood whether the client ended it, not only its connection
   */
  void close(boolean forGood) {
    closed = true;
    if (group != null) {
      group.finish(forGood);
    }
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
