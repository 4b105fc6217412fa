package io.millrace.testing;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** An event loop that a test runs code on, and waits for. */
public final class TestLoop {
  public static final long PATIENCE_SECONDS = 20;

  private final Context context;

  public TestLoop(Vertx vertx) {
    this.context = ((VertxInternal) vertx).createEventLoopContext();
  }

  public Context context() {
    return context;
  }

  /** What the code returns, once it has run on the loop. */
  public <T> T call(Callable<T> code) {
    CompletableFuture<T> result = new CompletableFuture<>();
    context.runOnContext(
        ignored -> {
          try {
            result.complete(code.call());
          } catch (Throwable e) {
            result.completeExceptionally(e);
          }
        });
    return get(result);
  }

  public void run(Runnable code) {
    call(
        () -> {
          code.run();
          return true;
        });
  }

  /** The future's value; an error if it fails or takes too long. */
  public static <T> T get(CompletableFuture<T> future) {
    try {
      return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("nothing came in " + PATIENCE_SECONDS + " s", e);
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError(e);
    }
  }
}
