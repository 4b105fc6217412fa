package io.millrace.metadata.raft;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Blows at the first error after which this member must say nothing any more: no message leaves, no
 * task runs and no stage completes well behind it.
 *
 * <p>Threading: any.
 */
final class Fuse {
  private final AtomicReference<@Nullable Throwable> cause = new AtomicReference<>();
  private final Consumer<Throwable> onBlown;

  /**
   * @param onBlown told once
   */
  Fuse(Consumer<Throwable> onBlown) {
    this.onBlown = onBlown;
  }

  void blow(Throwable error) {
    if (cause.compareAndSet(null, error)) {
      onBlown.accept(error);
    }
  }

  boolean isBlown() {
    return cause.get() != null;
  }

  void check() throws IOException {
    Throwable error = cause.get();
    if (error != null) {
      throw new IOException("the metadata log failed before", error);
    }
  }
}
