package io.millrace.verticle;

import io.millrace.log.LogTask;
import io.millrace.model.config.LogSettings;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.config.SettingValues;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The pools of this node's shards, named for what they do: {@code log-read}, {@code log-flush},
 * {@code log-maintenance}. All shards share them.
 */
final class WorkerTasks implements Tasks, AutoCloseable {
  // A recovery or an fsync on a stalled disk may take long; Vert.x only warns after this.
  private static final long WARN_AFTER_MINUTES = 5;

  private final Context home;
  private final Consumer<Runnable> handBack;
  private final int maxWaitingReads;
  private final Map<Pool, WorkerExecutor> executors = new EnumMap<>(Pool.class);
  private final AtomicInteger waitingReads = new AtomicInteger();

  /**
   * @param handBack brings outcomes to the shard's thread; called on {@code home}
   */
  WorkerTasks(Vertx vertx, Context home, Consumer<Runnable> handBack, SettingValues settings) {
    this.home = home;
    this.handBack = handBack;
    this.maxWaitingReads = settings.get(LogSettings.LOG_READ_QUEUE_MAX);
    int background = settings.get(ServerSettings.BACKGROUND_THREADS);
    executors.put(Pool.READ, pool(vertx, "log-read", settings.get(LogSettings.LOG_READ_THREADS)));
    executors.put(Pool.FLUSH, pool(vertx, "log-flush", background));
    executors.put(Pool.MAINTENANCE, pool(vertx, "log-maintenance", background));
    executors.put(
        Pool.RECOVERY, pool(vertx, "log-recovery", settings.get(ServerSettings.RECOVERY_THREADS)));
  }

  private static WorkerExecutor pool(Vertx vertx, String name, int threads) {
    return vertx.createSharedWorkerExecutor(name, threads, WARN_AFTER_MINUTES, TimeUnit.MINUTES);
  }

  @Override
  public boolean hasRoom(Pool pool) {
    return pool != Pool.READ || waitingReads.get() < maxWaitingReads;
  }

  @Override
  public <T extends @org.jspecify.annotations.Nullable Object> void run(
      Pool pool, LogTask<T> task, Consumer<T> whenDone, Consumer<IOException> whenFailed) {
    if (pool == Pool.READ) {
      waitingReads.incrementAndGet();
    }
    // Unordered: one slow partition must not hold up the others of its shard.
    executor(pool)
        .executeBlocking(
            () -> {
              finish(pool, attempt(task, whenDone, whenFailed));
              return true;
            },
            false)
        .onFailure(closed -> finish(pool, () -> whenFailed.accept(rejected(closed))));
  }

  private void finish(Pool pool, Runnable outcome) {
    if (pool == Pool.READ) {
      waitingReads.decrementAndGet();
    }
    home.runOnContext(ignored -> handBack.accept(outcome));
  }

  private static <T extends @org.jspecify.annotations.Nullable Object> Runnable attempt(
      LogTask<T> task, Consumer<T> whenDone, Consumer<IOException> whenFailed) {
    try {
      T result = task.run();
      return () -> whenDone.accept(result);
    } catch (IOException e) {
      return () -> whenFailed.accept(e);
    } catch (RuntimeException e) {
      IOException unexpected = new IOException("a task of the log failed: " + e, e);
      return () -> whenFailed.accept(unexpected);
    }
  }

  private static IOException rejected(Throwable cause) {
    return new IOException("a task of the log was not run: " + cause.getMessage(), cause);
  }

  private WorkerExecutor executor(Pool pool) {
    WorkerExecutor executor = executors.get(pool);
    if (executor == null) {
      throw new IllegalStateException("no pool " + pool);
    }
    return executor;
  }

  @Override
  public void close() {
    executors.values().forEach(WorkerExecutor::close);
  }
}
