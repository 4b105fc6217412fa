package io.millrace.client;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** The event loop of a blocking client, and waiting for it. */
final class OwnVertx {
  private OwnVertx() {}

  static Vertx create() {
    return Vertx.vertx(options());
  }

  private static VertxOptions options() {
    VertxOptions options = new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1);
    options.setInternalBlockingPoolSize(1);
    options.getFileSystemOptions().setClassPathResolvingEnabled(false).setFileCachingEnabled(false);
    return options;
  }

  static void requireMayBlock(boolean onOwnLoop) {
    if (onOwnLoop) {
      throw new IllegalStateException(
          "a blocking call on the client's own event loop would wait for itself for ever; use the"
              + " reactive client there");
    }
  }

  /** Waits for a future, and throws what it failed with. */
  static <T> T await(Future<T> future) throws InterruptedException {
    try {
      return future.toCompletionStage().toCompletableFuture().get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw Failures.of(cause == null ? e : cause);
    }
  }

  /**
   * Waits for a client to be closed, then closes its event loop. An interrupt does not cut it
   * short, and is kept.
   */
  static void awaitAndClose(Future<Void> closed, @Nullable Vertx owned) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          await(closed);
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (owned != null) {
        owned.close();
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
