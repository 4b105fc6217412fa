package io.millrace.cli;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The wish to end a command before its time: Ctrl-C, or SIGTERM. The process then stays until this
 * is closed, so that the command can bring to an end what it does, and print what it found.
 *
 * <p>Threading: the wish completes on a thread of its own.
 */
final class EarlyEnd implements AutoCloseable {
  private final CompletableFuture<@Nullable Void> wanted = new CompletableFuture<>();
  private final CompletableFuture<@Nullable Void> over = new CompletableFuture<>();

  EarlyEnd() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::onShutdown, "early-end"));
  }

  private void onShutdown() {
    if (!over.isDone()) {
      wanted.complete(null);
      over.join();
    }
  }

  CompletionStage<@Nullable Void> wanted() {
    return wanted;
  }

  @Override
  public void close() {
    over.complete(null);
  }
}
