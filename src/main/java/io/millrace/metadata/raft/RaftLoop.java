package io.millrace.metadata.raft;

import io.microraft.executor.RaftNodeExecutor;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of Raft and its files. It runs nothing once the fuse has blown.
 *
 * <p>Threading: tasks may be given on any thread; {@link #inline} is called on this one.
 */
final class RaftLoop implements RaftNodeExecutor {
  private static final Logger LOGGER = LoggerFactory.getLogger(RaftLoop.class);

  /** Where tasks run, one after another. */
  interface Scheduler {
    void execute(Runnable task);

    void schedule(Runnable task, long delayMs);

    /** Keeps the thread from going on for so long. */
    void pause(long ms);

    /** Begins nothing more. */
    void stop();
  }

  private final Scheduler scheduler;
  private final Fuse fuse;
  private volatile @Nullable Thread inlining;

  RaftLoop(Scheduler scheduler, Fuse fuse) {
    this.scheduler = scheduler;
    this.fuse = fuse;
  }

  /** A thread of its own. */
  static Scheduler thread(String name) {
    ScheduledThreadPoolExecutor thread =
        new ScheduledThreadPoolExecutor(1, task -> new Thread(task, name));
    // Whoever waits for a task that comes too late was told so by who stopped it.
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    thread.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
    return new Scheduler() {
      @Override
      public void execute(Runnable task) {
        thread.execute(task);
      }

      @Override
      public void schedule(Runnable task, long delayMs) {
        // What is thrown is known to the fuse; the future is for nobody.
        ScheduledFuture<?> scheduled = thread.schedule(task, delayMs, TimeUnit.MILLISECONDS);
        LOGGER.trace("{}", scheduled);
      }

      @Override
      public void pause(long ms) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(ms));
      }

      @Override
      public void stop() {
        thread.shutdown();
      }
    };
  }

  private Runnable guarded(Runnable task) {
    return () -> {
      if (!fuse.isBlown()) {
        task.run();
      }
    };
  }

  @Override
  public void execute(Runnable task) {
    if (inlining == Thread.currentThread()) {
      inlining = null;
      task.run();
    } else {
      scheduler.execute(guarded(task));
    }
  }

  @Override
  public void submit(Runnable task) {
    scheduler.execute(guarded(task));
  }

  @Override
  public void schedule(Runnable task, long delay, TimeUnit unit) {
    scheduler.schedule(guarded(task), unit.toMillis(delay));
  }

  /** Runs what this would execute later at once, before it returns. */
  void inline(Runnable handOver) {
    inlining = Thread.currentThread();
    try {
      handOver.run();
    } finally {
      inlining = null;
    }
  }

  /** Runs this even behind a blown fuse. */
  void always(Runnable task) {
    scheduler.execute(task);
  }

  void stop() {
    scheduler.stop();
  }
}
