package io.millrace.endpoint.session;

import io.vertx.core.Future;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;

/**
 * A request that will be answered, once. Until then it counts against its connection's limits.
 *
 * <p>Threading: its session's.
 */
final class Request {
  private final StreamSession session;
  private final SpecificRecord message;
  private final int sizeBytes;
  private boolean ended;

  private Request(StreamSession session, SpecificRecord message, int sizeBytes) {
    this.session = session;
    this.message = message;
    this.sizeBytes = sizeBytes;
  }

  /**
   * @throws io.millrace.model.StreamException SHUTTING_DOWN if no more requests are taken
   */
  static Request begin(StreamSession session, SpecificRecord message, int sizeBytes) {
    session.requestBegan(sizeBytes);
    return new Request(session, message, sizeBytes);
  }

  /** When a request that asks for so much time must be answered; 0 asks for the default. */
  static long deadline(SessionLoop loop, int timeoutMs) {
    return loop.inMs(timeoutMs <= 0 ? loop.limits().requestTimeoutMs() : timeoutMs);
  }

  void succeed(SpecificRecord answer) {
    session.send(answer);
    end();
  }

  void fail(Throwable cause) {
    session.fail(message, cause);
    end();
  }

  /** The client wants no answer. */
  void endSilently() {
    end();
  }

  /** Answers with what the future brings. */
  <T> void answer(Future<T> outcome, Function<T, SpecificRecord> toMessage) {
    answer(outcome, toMessage, () -> {});
  }

  /** Answers with what the future brings, then does something. */
  <T> void answer(Future<T> outcome, Function<T, SpecificRecord> toMessage, Runnable then) {
    outcome
        .map(toMessage)
        .onComplete(
            answer -> {
              if (answer.succeeded()) {
                succeed(answer.result());
              } else {
                fail(answer.cause());
              }
              then.run();
            });
  }

  private void end() {
    if (ended) {
      throw new IllegalStateException("a request was answered twice: " + message.getClass());
    }
    ended = true;
    session.requestEnded(sizeBytes);
  }
}
