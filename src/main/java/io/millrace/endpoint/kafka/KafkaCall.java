package io.millrace.endpoint.kafka;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.protocol.kafka.DecodedRequest;
import io.millrace.protocol.kafka.EncodedResponse;
import io.millrace.protocol.kafka.RecordRange;
import io.millrace.protocol.kafka.RequestHead;
import io.millrace.protocol.kafka.ResponseEncoder;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request of a connection, from its frame to its answer: WAITING for those before it, STARTED,
 * then ANSWERED; and its answer goes out when those before it have.
 *
 * <p>Threading: the connection's event loop.
 */
final class KafkaCall {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaCall.class);

  private enum Phase {
    WAITING,
    STARTED,
    ANSWERED
  }

  private final KafkaConnection connection;
  private final RequestHead head;
  private final ApiHandler<?> handler;
  private final int sizeBytes;
  private @Nullable ByteBuf frame;
  private @Nullable ApiMessage request;
  private List<RecordRange> records = List.of();
  private @Nullable EncodedResponse response;
  private @Nullable Runnable cancel;
  private Phase phase = Phase.WAITING;
  private boolean cancelled;

  /** Takes over the frame. */
  KafkaCall(KafkaConnection connection, RequestHead head, ApiHandler<?> handler, ByteBuf frame) {
    this.connection = connection;
    this.head = head;
    this.handler = handler;
    this.sizeBytes = frame.readableBytes();
    this.frame = frame;
  }

  RequestHead head() {
    return head;
  }

  short version() {
    return head.version();
  }

  KafkaConnection connection() {
    return connection;
  }

  ApiHandler<?> handler() {
    return handler;
  }

  int sizeBytes() {
    return sizeBytes;
  }

  boolean isAnswered() {
    return phase == Phase.ANSWERED;
  }

  /** The request's bytes; only while it is being handled. */
  ByteBuf frame() {
    if (frame == null) {
      throw new IllegalStateException("the frame of a request is gone once it was handled");
    }
    return frame;
  }

  /**
   * Decodes and handles the request, and lets its frame go.
   *
   * @throws StreamException INVALID_REQUEST if the request is malformed
   */
  void start() {
    phase = Phase.STARTED;
    try {
      DecodedRequest decoded =
          connection.loop().decoder().body(head, handler.newRequest(), bytes(frame()));
      request = decoded.message();
      records = decoded.records();
      handle(decoded.message());
    } finally {
      releaseFrame();
    }
  }

  private void handle(ApiMessage decoded) {
    guarded(() -> handler.handleAny(decoded, this));
  }

  private void failed(RuntimeException cause) {
    if (phase == Phase.ANSWERED) {
      LOG.error("answering a {} request of {} failed", head, connection.peer(), cause);
      connection.close("an answer could not be written");
    } else {
      fail(cause);
    }
  }

  void releaseFrame() {
    ByteBuf held = frame;
    frame = null;
    if (held != null) {
      held.release();
    }
  }

  /** The bytes of a frame, from position 0. */
  static ByteBuffer bytes(ByteBuf frame) {
    return frame.nioBuffer().slice();
  }

  /** Where in the frame the records of the request lie, in their order. */
  List<RecordRange> recordRanges() {
    return records;
  }

  /** Does a part of the handling that comes later; what it throws is answered as an error. */
  void guarded(Runnable part) {
    try {
      part.run();
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  /** What to do if the connection closes before the answer. */
  void onCancel(Runnable action) {
    cancel = action;
  }

  /** Answers. Slices in the response belong to the connection from now on. */
  void answer(ApiMessage answer) {
    answerIn(head.version(), answer);
  }

  /** Answers in another version than the request's. */
  void answerIn(short version, ApiMessage answer) {
    toAnswered();
    EncodedResponse encoded;
    try {
      encoded = ResponseEncoder.encode(head, version, answer, connection::newFrame);
    } catch (RuntimeException e) {
      LOG.error("the answer to {} of {} cannot be written", head, connection.peer(), e);
      connection.close("an answer could not be written");
      return;
    }
    if (cancelled) {
      encoded.release();
    } else {
      response = encoded;
      connection.onAnswered();
    }
  }

  /** The client wants no answer. */
  void answerNothing() {
    toAnswered();
    connection.onAnswered();
  }

  /** Does not answer but closes the connection, which tells a client that wants no answers. */
  void close(String reason) {
    toAnswered();
    connection.close(reason);
  }

  /** Answers with an error, as the API does. */
  void fail(Throwable failure) {
    Throwable told = failure;
    if (!(failure instanceof StreamException)
        && !(failure instanceof org.apache.kafka.common.errors.ApiException)) {
      LOG.error("a {} request of {} failed", head, connection.peer(), failure);
      told = new StreamException(ErrorCode.UNKNOWN_SERVER_ERROR);
    }
    if (phase == Phase.ANSWERED || request == null) {
      return;
    }
    answer(ErrorAnswers.of(head, request, told));
  }

  private void toAnswered() {
    if (phase == Phase.ANSWERED) {
      throw new IllegalStateException("a " + head + " request was answered twice");
    }
    phase = Phase.ANSWERED;
    request = null;
    cancel = null;
  }

  /** The answer, to be taken once; null if none is wanted. */
  @Nullable EncodedResponse takeResponse() {
    EncodedResponse taken = response;
    response = null;
    return taken;
  }

  /** The connection is closed: whatever is under way is of no use. */
  void cancel() {
    cancelled = true;
    releaseFrame();
    Runnable action = cancel;
    cancel = null;
    if (action != null) {
      action.run();
    }
    EncodedResponse unsent = takeResponse();
    if (unsent != null) {
      unsent.release();
    }
  }
}
