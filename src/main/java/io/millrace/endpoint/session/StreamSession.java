package io.millrace.endpoint.session;

import io.millrace.endpoint.FrameHandler;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.group.GroupRequest.ClientOrigin;
import io.millrace.model.image.ClusterImage;
import io.millrace.protocol.stream.WireFormat;
import io.millrace.protocol.stream.message.Goaway;
import io.millrace.protocol.stream.message.Hello;
import io.millrace.protocol.stream.message.Subscribe;
import io.millrace.protocol.stream.message.Throttle;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Future;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection: the handshake, then requests and streams, until either side closes.
 *
 * <pre>
 *   AWAITING_HELLO -- hello --> OPEN -- goaway --> DRAINING -- all answered --> CLOSED
 *   any -- malformed, out of order, silent, or closed by the client --> CLOSED
 * </pre>
 *
 * <p>Invariant: {@code 0 <= inFlightBytes}, and the socket is read only while requests and bytes in
 * flight are below their limits, and while its client does not leave too many answers unread.
 *
 * <p>Threading: its loop's event loop.
 */
public final class StreamSession implements FrameHandler {
  private static final Logger LOG = LoggerFactory.getLogger(StreamSession.class);

  private enum Phase {
    AWAITING_HELLO,
    OPEN,
    DRAINING,
    CLOSED
  }

  private final SessionLoop loop;
  private final SessionTransport transport;
  private final WireFormat format;
  private final String peer;
  private final SessionStreams streams;
  private final Liveness liveness;
  private final Intake intake;
  private Phase phase = Phase.AWAITING_HELLO;
  private String clientId = "";
  private boolean byUrl;

  StreamSession(SessionLoop loop, SessionTransport transport, WireFormat format, String peer) {
    this.loop = loop;
    this.transport = transport;
    this.format = format;
    this.peer = peer;
    this.streams = new SessionStreams(this);
    this.liveness = new Liveness(loop.limits(), loop.nowNanos());
    this.intake = new Intake(loop.limits(), transport, this::sendThrottle);
  }

  /** One whole message came, without framing; takes over the frame. */
  @Override
  public void onFrame(ByteBuf frame) {
    try {
      if (phase != Phase.CLOSED) {
        liveness.heard(loop.nowNanos());
        dispatch(loop.codec().decode(format, frame.nioBuffer()), frame);
      }
    } catch (StreamException e) {
      onMalformed(e);
    } finally {
      frame.release();
    }
  }

  /** The bytes were no message: says why and closes. */
  @Override
  public void onMalformed(StreamException e) {
    if (phase == Phase.CLOSED) {
      return;
    }
    sendError(null, null, e.code(), String.valueOf(e.getMessage()));
    close(
        switch (e.code()) {
          case UNKNOWN_MESSAGE -> CloseCode.UNKNOWN_MESSAGE;
          case FRAME_TOO_LARGE -> CloseCode.FRAME_TOO_LARGE;
          case LIMIT_EXCEEDED -> CloseCode.LIMIT_EXCEEDED;
          default -> CloseCode.MALFORMED;
        },
        String.valueOf(e.getMessage()));
  }

  private void dispatch(SpecificRecord message, ByteBuf frame) {
    boolean hello = message instanceof Hello;
    if (hello != (phase == Phase.AWAITING_HELLO)) {
      String text =
          hello
              ? "hello came a second time; it is sent once, first"
              : "the first message was no hello; send hello first";
      sendError(null, null, ErrorCode.INVALID_REQUEST, text);
      close(CloseCode.WRONG_ORDER, text);
      return;
    }
    try {
      loop.handlers().handle(this, message, frame);
    } catch (StreamException e) {
      fail(message, e);
    } catch (RuntimeException e) {
      LOG.error("a {} message of {} failed", message.getClass().getSimpleName(), peer, e);
      fail(message, new StreamException(ErrorCode.UNKNOWN_SERVER_ERROR));
    }
  }

  /** Answers a message with an error. */
  void fail(SpecificRecord message, Throwable cause) {
    StreamException e =
        cause instanceof StreamException known
            ? known
            : new StreamException(ErrorCode.UNKNOWN_SERVER_ERROR);
    if (e != cause) {
      LOG.error("a {} message of {} failed", message.getClass().getSimpleName(), peer, cause);
    }
    String text = String.valueOf(e.getMessage());
    sendError(MessageIds.requestId(message), MessageIds.streamId(message), e.code(), text);
  }

  void sendError(
      @Nullable Long requestId, @Nullable Integer streamId, ErrorCode code, String text) {
    send(
        new io.millrace.protocol.stream.message.Error(
            requestId, streamId, code.id(), code.name(), code.retriable(), text));
  }

  /** Sends one message; nothing if the session is closed. */
  void send(SpecificRecord message) {
    if (phase == Phase.CLOSED) {
      return;
    }
    ByteBuf frame = transport.newFrame(256);
    try {
      loop.codec().encode(format, message, frame);
    } catch (RuntimeException e) {
      frame.release();
      throw e;
    }
    transport.write(frame);
    intake.onWritten();
  }

  /** The handshake is done. */
  void toOpen(String clientId, boolean promisesHeartbeat) {
    this.clientId = clientId;
    phase = Phase.OPEN;
    liveness.helloSaid(promisesHeartbeat);
  }

  /**
   * Opens the one stream of a subscription by URL: there is no handshake, credit is granted by the
   * server and renewed as it is used, so that the socket alone holds the stream back. If it cannot
   * be subscribed, the error is sent and the connection closed.
   */
  public void subscribeByUrl(Subscribe subscribe) {
    byUrl = true;
    phase = Phase.OPEN;
    liveness.helloSaid(false);
    try {
      streams.subscribe(subscribe, true);
    } catch (StreamException e) {
      fail(subscribe, e);
      close(CloseCode.SUBSCRIPTION_FAILED, String.valueOf(e.getMessage()));
    }
  }

  /**
   * Where the stream of a subscription by URL goes on, behind everything that was written so far;
   * null while that is not known.
   */
  public @Nullable String resumeToken() {
    return byUrl ? streams.resumeToken() : null;
  }

  /**
   * A request that came without a connection of its own, and so without a handshake; answered as
   * every other, by one message at most.
   *
   * @param frame what the message's bytes are views of; taken over
   */
  public void onRequest(SpecificRecord message, ByteBuf frame) {
    if (phase == Phase.AWAITING_HELLO) {
      toOpen("", false);
    }
    try {
      dispatch(message, frame);
    } finally {
      frame.release();
    }
  }

  /** A stream came to its end or could not be opened. */
  void streamGone(CloseCode code, String reason) {
    if (byUrl) {
      close(code, reason);
    }
  }

  /** Larger frames are refused now; fewer bytes are taken from whom has not said hello. */
  @Override
  public int maxFrameBytes() {
    return phase == Phase.AWAITING_HELLO
        ? loop.limits().handshakeMaxBytes()
        : loop.limits().maxFrameBytes();
  }

  /** The socket takes more again. */
  @Override
  public void onWritable() {
    if (intake.onWritable()) {
      liveness.heard(loop.nowNanos());
    }
    streams.pump();
  }

  /** Something came that shows that the peer lives, though it was no message. */
  public void onSignOfLife() {
    liveness.heard(loop.nowNanos());
  }

  /** The transport itself answered a message of its own protocol, such as a ping. */
  public void onTransportAnswered() {
    intake.onWritten();
  }

  /** Whether the server itself leaves the socket unread for the moment, for want of memory. */
  @Override
  public void setHeldUp(boolean heldUp) {
    intake.setHeldUp(heldUp);
  }

  /** The connection is gone; nothing is sent any more. */
  @Override
  public void onClosed() {
    if (phase != Phase.CLOSED) {
      phase = Phase.CLOSED;
      loop.remove(this);
      streams.close();
    }
  }

  /** Says that the server stops, and closes as soon as all requests are answered. */
  public void goaway(String cause) {
    if (phase == Phase.OPEN) {
      send(new Goaway(loop.limits().goawayDelayMs(), cause));
      // Members commit before the connection goes, as if that were a request.
      requestBegan(0);
      Future<Void> left = streams.leaveGroups();
      phase = Phase.DRAINING;
      left.onComplete(done -> requestEnded(0));
    } else if (phase == Phase.AWAITING_HELLO) {
      close(CloseCode.GOING_AWAY, cause);
    }
  }

  /**
   * Says why and closes, without waiting for answers, which may never come; a client that has only
   * one answer to wait for keeps waiting until its deadline.
   */
  void sendAway(String cause) {
    if (phase == Phase.OPEN && transport.isLasting()) {
      send(new Goaway(0, cause));
      close(CloseCode.GOING_AWAY, cause);
    }
  }

  /** New work is not begun any more. */
  void requireNotDraining() {
    if (phase == Phase.DRAINING) {
      throw new StreamException(ErrorCode.SHUTTING_DOWN);
    }
  }

  /** A request begins; every one ends with {@link #requestEnded}. */
  void requestBegan(int sizeBytes) {
    requireNotDraining();
    intake.began(sizeBytes);
  }

  void requestEnded(int sizeBytes) {
    if (intake.ended(sizeBytes)) {
      // Time in which we did not listen is no silence of the peer.
      liveness.heard(loop.nowNanos());
    }
    closeIfDrained();
  }

  private void sendThrottle(int requests) {
    send(new Throttle(0, requests + " requests are in flight"));
  }

  private void closeIfDrained() {
    if (phase == Phase.DRAINING && intake.requests() == 0) {
      close(CloseCode.GOING_AWAY, CloseCode.GOING_AWAY.advice());
    }
  }

  void sweep(long nowNanos) {
    switch (liveness.judge(nowNanos, intake.isServerBusy(), intake.isUnread())) {
      case FINE -> {}
      case PING -> transport.ping();
      case NO_HELLO -> endSilent(CloseCode.HANDSHAKE_TIMEOUT, ErrorCode.REQUEST_TIMED_OUT);
      case DEAD -> endSilent(CloseCode.SILENT_PEER, ErrorCode.IDLE_TIMEOUT);
      case IDLE -> endSilent(CloseCode.IDLE_TIMEOUT, ErrorCode.IDLE_TIMEOUT);
    }
  }

  private void endSilent(CloseCode code, ErrorCode error) {
    sendError(null, null, error, code.advice());
    close(code, code.advice());
  }

  /** Sends what was written before and closes. */
  void close(CloseCode code, String reason) {
    if (phase != Phase.CLOSED) {
      LOG.debug("closing {} with {}: {}", peer, code, reason);
      onClosed();
      transport.close(code, reason);
    }
  }

  void onImage(ClusterImage image) {
    streams.onImage(image);
  }

  boolean isClosed() {
    return phase == Phase.CLOSED;
  }

  boolean isWritable() {
    return transport.isWritable();
  }

  /** Whom coordinators are told of. */
  ClientOrigin origin() {
    return new ClientOrigin(clientId, peer);
  }

  SessionTransport transport() {
    return transport;
  }

  SessionLoop loop() {
    return loop;
  }

  WireFormat format() {
    return format;
  }

  SessionStreams streams() {
    return streams;
  }
}
