package io.millrace.verticle;

import io.vertx.core.Future;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** A stage of the metadata log or its controller, as a future of this loop. */
final class StageFuture {
  private StageFuture() {}

  /** Fails with what the stage failed with, without what one that rests on another wraps it in. */
  static <T> Future<T> of(CompletionStage<T> stage) {
    return Future.fromCompletionStage(stage).recover(error -> Future.failedFuture(reason(error)));
  }

  private static Throwable reason(Throwable error) {
    return error instanceof CompletionException && error.getCause() != null
        ? error.getCause()
        : error;
  }
}
