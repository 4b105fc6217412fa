package io.millrace.endpoint.session;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.image.ClusterImage;
import io.millrace.protocol.stream.message.Subscribe;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The streams of one session, by the ids that the client chose.
 *
 * <p>Threading: its session's.
 */
final class SessionStreams {
  private final StreamSession session;
  private final Map<Integer, RecordStream> open = new LinkedHashMap<>();

  SessionStreams(StreamSession session) {
    this.session = session;
  }

  /**
   * Opens a stream; when its positions are known the client is told, or why they are not.
   *
   * @param selfGranting whether its credit renews itself
   * @throws StreamException if it cannot be opened; nothing has changed then
   */
  void subscribe(Subscribe subscribe, boolean selfGranting) {
    session.requireNotDraining();
    int id = subscribe.getStreamId();
    int limit = session.loop().limits().maxStreams();
    if (open.containsKey(id)) {
      throw new StreamException(
          ErrorCode.INVALID_REQUEST,
          "stream " + id + " is open already; unsubscribe it first or choose another id");
    }
    if (open.size() >= limit) {
      throw new StreamException(
          ErrorCode.LIMIT_EXCEEDED,
          "the connection has " + open.size() + " streams, the limit is " + limit);
    }
    requireRoomForMember(subscribe);
    StartSpec start = StartSpec.of(subscribe);
    RecordStream stream = RecordStream.of(session, subscribe, selfGranting);
    open.put(id, stream);
    Future<Void> started;
    try {
      started = stream.start(start);
    } catch (StreamException e) {
      remove(stream);
      throw e;
    }
    started.onFailure(cause -> onStartFailed(subscribe, stream, cause));
  }

  private void requireRoomForMember(Subscribe subscribe) {
    int limit = session.loop().limits().maxMembers();
    long members = open.values().stream().filter(RecordStream::isMember).count();
    if (subscribe.getGroup() != null && members >= limit) {
      throw new StreamException(
          ErrorCode.LIMIT_EXCEEDED,
          "the connection has " + members + " streams in groups, the limit is " + limit);
    }
  }

  private void onStartFailed(Subscribe subscribe, RecordStream stream, Throwable cause) {
    if (open.remove(stream.id(), stream)) {
      stream.close(true);
      session.fail(subscribe, cause);
      session.streamGone(CloseCode.SUBSCRIPTION_FAILED, String.valueOf(cause.getMessage()));
    }
  }

  /**
   * @throws StreamException UNKNOWN_STREAM
   */
  RecordStream get(int id) {
    RecordStream stream = open.get(id);
    if (stream == null) {
      throw new StreamException(
          ErrorCode.UNKNOWN_STREAM, "stream " + id + " is not open on this connection");
    }
    return stream;
  }

  /** The position of the only stream as text; null if there is none, or none that is open. */
  @Nullable String resumeToken() {
    return open.size() == 1 ? open.values().iterator().next().resumeTokenText() : null;
  }

  /** Closes one stream without a word. */
  void remove(RecordStream stream) {
    if (open.remove(stream.id(), stream)) {
      stream.close(true);
    }
  }

  /** Lets members commit and end their membership; completes when all have. */
  Future<Void> leaveGroups() {
    return Future.join(open.values().stream().map(RecordStream::leaveGroup).toList())
        .transform(done -> Future.succeededFuture());
  }

  void pump() {
    for (RecordStream stream : List.copyOf(open.values())) {
      stream.pump();
    }
  }

  void onImage(ClusterImage image) {
    for (RecordStream stream : List.copyOf(open.values())) {
      stream.onImage(image);
    }
  }

  void close() {
    List<RecordStream> closing = List.copyOf(open.values());
    open.clear();
    closing.forEach(stream -> stream.close(false));
  }
}
