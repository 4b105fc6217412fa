package io.millrace.endpoint.http;

import io.millrace.endpoint.session.CloseCode;
import io.millrace.endpoint.session.SessionTransport;
import io.millrace.endpoint.session.StreamSession;
import io.millrace.model.ErrorCode;
import io.millrace.record.RecordSlice;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Carries a session that has one request: its first message is the answer, and the end.
 *
 * <p>Threading: one event loop.
 */
final class OneAnswer implements SessionTransport {
  private final Consumer<JsonObject> whenDone;
  private @Nullable StreamSession session;
  private boolean done;

  OneAnswer(Consumer<JsonObject> whenDone) {
    this.whenDone = whenDone;
  }

  void begin(StreamSession carried) {
    session = carried;
  }

  boolean isDone() {
    return done;
  }

  /** Forgets the session; what it has under way goes on. */
  void end() {
    done = true;
    if (session != null) {
      session.onClosed();
    }
  }

  @Override
  public ByteBuf newFrame(int sizeHintBytes) {
    return Unpooled.buffer(sizeHintBytes);
  }

  @Override
  public void write(ByteBuf frame) {
    String json = frame.toString(StandardCharsets.UTF_8);
    frame.release();
    finish(new JsonObject(json));
  }

  private void finish(JsonObject message) {
    if (!done) {
      end();
      whenDone.accept(message);
    }
  }

  @Override
  public void write(ByteBuf head, ByteBuf body) {
    head.writeBytes(body, body.readerIndex(), body.readableBytes());
    body.release();
    write(head);
  }

  @Override
  public void write(ByteBuf head, RecordSlice slice, int position, int sizeBytes) {
    head.release();
    slice.release();
    throw new IllegalStateException("records were written to a session of one request");
  }

  @Override
  public boolean isWritable() {
    return !done;
  }

  /** There is one answer. */
  @Override
  public boolean isOverfull() {
    return false;
  }

  /** The one request has come; there is nothing to stop. */
  @Override
  public void setReading(boolean reading) {}

  /** A request has a deadline of its own. */
  @Override
  public void ping() {}

  @Override
  public boolean isLasting() {
    return false;
  }

  @Override
  public void close(CloseCode code, String reason) {
    ErrorCode error =
        code == CloseCode.GOING_AWAY ? ErrorCode.SHUTTING_DOWN : ErrorCode.UNKNOWN_SERVER_ERROR;
    finish(
        new JsonObject()
            .put("type", "error")
            .put("code", error.id())
            .put("message", error.sentence()));
  }
}
