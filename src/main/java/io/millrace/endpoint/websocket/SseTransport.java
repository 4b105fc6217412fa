package io.millrace.endpoint.websocket;

import io.millrace.endpoint.session.CloseCode;
import io.millrace.endpoint.session.SessionTransport;
import io.millrace.endpoint.session.StreamSession;
import io.millrace.record.RecordSlice;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.vertx.core.Context;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.buffer.BufferInternal;
import org.jspecify.annotations.Nullable;

/**
 * Carries a session's messages, in JSON, as server-sent events (the WHATWG's HTML standard, section
 * 9.2):
 *
 * <pre>
 *   id: resume token      where a reconnecting client goes on: behind this event
 *   data: {"type":"records", ...}
 * </pre>
 *
 * <p>The position behind a message is known only once the session has gone on, so each event is
 * kept until the next one or the end of the pass of the event loop, and all of a pass are one
 * write.
 *
 * <p>Threading: its response's event loop.
 */
final class SseTransport implements SessionTransport {
  /** How long a client waits before it connects again. */
  private static final int RETRY_MS = 1_000;

  private final HttpServerResponse response;
  private final Context context;
  private final TrafficMeters meters;
  private final int maxOutstandingBytes;
  private @Nullable StreamSession session;
  private @Nullable ByteBuf event;
  private ByteBuf pass;
  private boolean flushScheduled;
  private boolean closed;

  SseTransport(
      HttpServerResponse response, Context context, TrafficMeters meters, int maxOutstandingBytes) {
    this.response = response;
    this.context = context;
    this.meters = meters;
    this.maxOutstandingBytes = maxOutstandingBytes;
    this.pass = Unpooled.buffer();
    ByteBufUtil.writeAscii(pass, "retry: " + RETRY_MS + "\n\n");
  }

  void begin(StreamSession carried) {
    session = carried;
    response.setWriteQueueMaxSize(maxOutstandingBytes);
    response.drainHandler(drained -> onWritable());
    response.closeHandler(gone -> onGone());
    scheduleFlush();
  }

  @Override
  public ByteBuf newFrame(int sizeHintBytes) {
    return Unpooled.buffer(sizeHintBytes);
  }

  @Override
  public void write(ByteBuf frame) {
    if (closed) {
      frame.release();
      return;
    }
    endEvent();
    event = frame;
    scheduleFlush();
  }

  @Override
  public void write(ByteBuf head, ByteBuf body) {
    head.writeBytes(body, body.readerIndex(), body.readableBytes());
    body.release();
    write(head);
  }

  /** Slices are stored batches, which are no JSON. */
  @Override
  public void write(ByteBuf head, RecordSlice slice, int position, int sizeBytes) {
    head.release();
    slice.release();
    throw new IllegalStateException("stored batches were written to a stream of JSON events");
  }

  private void endEvent() {
    ByteBuf ended = event;
    if (ended == null) {
      return;
    }
    event = null;
    String token = session == null ? null : session.resumeToken();
    if (token != null) {
      ByteBufUtil.writeAscii(pass, "id: ");
      ByteBufUtil.writeAscii(pass, token);
      pass.writeByte('\n');
    }
    ByteBufUtil.writeAscii(pass, "data: ");
    pass.writeBytes(ended);
    ByteBufUtil.writeAscii(pass, "\n\n");
    ended.release();
  }

  private void scheduleFlush() {
    if (!flushScheduled) {
      flushScheduled = true;
      context.runOnContext(run -> flush());
    }
  }

  private void flush() {
    flushScheduled = false;
    endEvent();
    if (closed || !pass.isReadable()) {
      return;
    }
    ByteBuf written = pass;
    pass = Unpooled.buffer();
    meters.sent(written.readableBytes());
    boolean heldBack = written.readableBytes() >= maxOutstandingBytes;
    response.write(BufferInternal.buffer(written));
    if (heldBack && isWritable()) {
      // The socket took it all at once, so it will not say that it has drained.
      onWritable();
    }
  }

  @Override
  public boolean isWritable() {
    return !closed && pass.readableBytes() < maxOutstandingBytes && !response.writeQueueFull();
  }

  private void onWritable() {
    if (session != null && !closed) {
      session.onWritable();
    }
  }

  /** A client of events asks for nothing more, so nothing is answered. */
  @Override
  public boolean isOverfull() {
    return false;
  }

  /** Nothing comes from a client of events. */
  @Override
  public void setReading(boolean reading) {}

  /** A comment, which clients pass over; that the socket took it is the only sign there is. */
  @Override
  public void ping() {
    if (closed) {
      return;
    }
    response
        .write(": ping\n\n")
        .onSuccess(
            taken -> {
              if (session != null) {
                session.onSignOfLife();
              }
            });
  }

  @Override
  public boolean isLasting() {
    return true;
  }

  @Override
  public void close(CloseCode code, String reason) {
    if (closed) {
      return;
    }
    flush();
    closed = true;
    response.end();
  }

  private void onGone() {
    closed = true;
    if (event != null) {
      event.release();
      event = null;
    }
    if (session != null) {
      session.onClosed();
    }
  }
}
