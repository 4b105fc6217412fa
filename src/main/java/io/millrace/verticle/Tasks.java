package io.millrace.verticle;

import io.millrace.log.LogTask;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * Runs what may block away from the shard's thread. Exactly one of the two callbacks is called, on
 * the shard's thread, after {@link #run} has returned.
 */
interface Tasks {
  /** The pools, by what they are for, so that a slow fsync delays no read. */
  enum Pool {
    READ,
    FLUSH,
    MAINTENANCE,
    RECOVERY
  }

  /** Whether another task may wait for this pool; who does not ask is bounded otherwise. */
  boolean hasRoom(Pool pool);

  <T extends @org.jspecify.annotations.Nullable Object> void run(
      Pool pool, LogTask<T> task, Consumer<T> whenDone, Consumer<IOException> whenFailed);
}
