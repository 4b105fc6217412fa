package io.millrace.client;

import io.millrace.client.PendingRequests.Reply;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * Asks the broker until it has answered or {@code request.timeout.ms} is over, over as many
 * connections as that takes.
 *
 * <p>Threading: any; the futures are completed on the loop.
 */
final class Questions {
  private final Loop loop;
  private final Connection connection;
  private final int requestTimeoutMs;

  Questions(Loop loop, Connection connection, int requestTimeoutMs) {
    this.loop = loop;
    this.connection = connection;
    this.requestTimeoutMs = requestTimeoutMs;
  }

  /**
   * Asks.
   *
   * @param repeatable whether it may be asked again if the connection breaks; if not, it fails with
   *     UNKNOWN_OUTCOME then
   * @param read null if the answer does not fit
   */
  <T> Future<T> ask(
      LongFunction<SpecificRecord> message,
      boolean repeatable,
      Function<SpecificRecord, @Nullable T> read) {
    Promise<T> promise = Promise.promise();
    long deadlineNanos = loop.nanoTime() + TimeUnit.MILLISECONDS.toNanos(requestTimeoutMs);
    Question<T> question = new Question<>(message, repeatable, read, deadlineNanos, promise);
    loop.execute(() -> ask(question));
    return promise.future();
  }

  /** Something to ask until it is answered. */
  private record Question<T>(
      LongFunction<SpecificRecord> message,
      boolean repeatable,
      Function<SpecificRecord, @Nullable T> read,
      long deadlineNanos,
      Promise<T> promise) {}

  private <T> void ask(Question<T> question) {
    long leftMs =
        Math.max(0, TimeUnit.NANOSECONDS.toMillis(question.deadlineNanos() - loop.nanoTime()));
    connection.request(
        question.message(),
        leftMs,
        new Reply() {
          @Override
          public void onAnswer(SpecificRecord answer) {
            try {
              T value = question.read().apply(answer);
              question
                  .promise()
                  .complete(value, value == null ? Failures.unexpected(answer) : null);
            } catch (StreamException e) {
              question.promise().fail(e);
            }
          }

          @Override
          public void onFailure(StreamException failure) {
            if (failure.code() != ErrorCode.CONNECTION_LOST) {
              question.promise().fail(failure);
            } else if (question.repeatable()) {
              ask(question);
            } else {
              question
                  .promise()
                  .fail(
                      new StreamException(
                          ErrorCode.UNKNOWN_OUTCOME,
                          "the connection was lost before the broker answered; look whether the"
                              + " change was made, then try again",
                          failure));
            }
          }
        });
  }
}
