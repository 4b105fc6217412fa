package io.millrace.server;

import io.vertx.core.Future;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits on the starting or stopping thread for what the event loops do. */
final class Waits {
  private Waits() {}

  /**
   * The future's value.
   *
   * @throws Exception its failure as it was, or a TimeoutException that says what did not come
   */
  static <T extends @org.jspecify.annotations.Nullable Object> T await(
      Future<T> future, long timeoutMs, String what) throws Exception {
    try {
      return future.toCompletionStage().toCompletableFuture().get(timeoutMs, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    } catch (TimeoutException e) {
      throw new TimeoutException(what + " took longer than " + timeoutMs + " ms");
    }
  }
}
