package io.millrace.verticle;

import io.millrace.log.LogTask;
import io.millrace.partition.Partition;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A partition with the tasks that run for it: one fsync, and one maintenance task, at a time; more
 * maintenance waits in order, and closing waits for both.
 */
final class HostedPartition {
  private final Partition partition;
  private final TopicMeters.Meters meters;
  private final Tasks tasks;
  private final ArrayDeque<Runnable> maintenance = new ArrayDeque<>();
  private boolean maintaining;
  private boolean flushing;
  private boolean closing;
  private long meteredSizeBytes;

  HostedPartition(Partition partition, TopicMeters.Meters meters, Tasks tasks) {
    this.partition = partition;
    this.meters = meters;
    this.tasks = tasks;
  }

  Partition partition() {
    return partition;
  }

  TopicMeters.Meters meters() {
    return meters;
  }

  boolean isClosing() {
    return closing;
  }

  /** Runs an fsync; the caller has asked the partition whether one is due. */
  void flush(Consumer<Long> whenDone, Consumer<IOException> whenFailed) {
    flushing = true;
    tasks.run(
        Tasks.Pool.FLUSH,
        partition.beginFlush(),
        durable -> {
          flushing = false;
          whenDone.accept(durable);
          proceed();
        },
        failure -> {
          flushing = false;
          whenFailed.accept(failure);
          proceed();
        });
  }

  /** Makes a task and runs it, once those before it are done; fails if it is being closed. */
  <T extends @org.jspecify.annotations.Nullable Object> void maintain(
      Supplier<LogTask<T>> maker, Consumer<T> whenDone, Consumer<IOException> whenFailed) {
    if (closing) {
      whenFailed.accept(new IOException("the partition is being closed"));
    } else {
      enqueue(maker, whenDone, whenFailed);
    }
  }

  private <T extends @org.jspecify.annotations.Nullable Object> void enqueue(
      Supplier<LogTask<T>> maker, Consumer<T> whenDone, Consumer<IOException> whenFailed) {
    maintenance.add(
        () ->
            tasks.run(
                Tasks.Pool.MAINTENANCE,
                made(maker),
                result -> {
                  maintaining = false;
                  whenDone.accept(result);
                  proceed();
                },
                failure -> {
                  maintaining = false;
                  whenFailed.accept(failure);
                  proceed();
                }));
    proceed();
  }

  /** A task that cannot even be made fails as one that was run does. */
  private static <T extends @org.jspecify.annotations.Nullable Object> LogTask<T> made(
      Supplier<LogTask<T>> maker) {
    try {
      return maker.get();
    } catch (RuntimeException e) {
      return () -> {
        throw new IOException("a task of the log cannot be made: " + e, e);
      };
    }
  }

  boolean isMaintaining() {
    return maintaining || !maintenance.isEmpty();
  }

  /** Ends the partition: its waiters are told now, its files are closed after its last task. */
  void close(Runnable whenDone, Consumer<IOException> whenFailed) {
    partition.close();
    reportSize(0);
    meters.release();
    closing = true;
    enqueue(() -> ignoringResult(partition.log().close()), done -> whenDone.run(), whenFailed);
  }

  /** The same task, whose result nobody needs. */
  static LogTask<Boolean> ignoringResult(LogTask<?> task) {
    return () -> {
      task.run();
      return true;
    };
  }

  /** Brings the topic's size up to date. */
  void reportSize() {
    reportSize(partition.log().sizeBytes());
  }

  private void reportSize(long sizeBytes) {
    meters.resized(sizeBytes - meteredSizeBytes);
    meteredSizeBytes = sizeBytes;
  }

  private void proceed() {
    boolean last = closing && maintenance.size() == 1;
    if (maintaining || maintenance.isEmpty() || (last && flushing)) {
      return;
    }
    maintaining = true;
    maintenance.remove().run();
  }
}
