package io.millrace.log.directory;

import io.millrace.model.PartitionId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens, and recovers where that is needed, all logs of a data directory on a few threads. One log
 * that cannot be opened does not stop the others.
 *
 * <p>Threading: {@link #load} blocks its caller; the opener is called on pool threads, once for
 * each partition.
 */
public final class LogLoader {
  private static final Logger LOGGER = LoggerFactory.getLogger(LogLoader.class);

  private LogLoader() {}

  /**
   * Opens one log.
   *
   * @param <L> what an opened log is
   */
  @FunctionalInterface
  public interface Opener<L> {
    /**
     * @param checkpoint where the log was known to be good
     * @param previousStop whether, and how hard, to check what lies past it
     */
    L open(PartitionDirectory directory, PartitionCheckpoint checkpoint, PreviousStop previousStop)
        throws IOException;
  }

  /**
   * What came of it; each partition is in one of the two.
   *
   * @param failed partitions that stay offline, and why
   */
  public record Loaded<L>(Map<PartitionId, L> logs, Map<PartitionId, IOException> failed) {}

  /**
   * Opens the logs of all partitions.
   *
   * @param threads num.recovery.threads.per.data.dir
   * @throws InterruptedException if the caller is interrupted; openings under way are finished
   *     first
   */
  public static <L> Loaded<L> load(DataDirectory directory, int threads, Opener<L> opener)
      throws InterruptedException {
    List<PartitionDirectory> all = new ArrayList<>(directory.partitions().values());
    if (directory.previousStop().needsRecovery()) {
      LOGGER.info(
          "recovering {} partitions after an unclean stop ({}) on {} threads",
          all.size(),
          directory.previousStop(),
          threads);
    }
    ExecutorService pool = Executors.newFixedThreadPool(threads, threadFactory());
    try {
      Map<PartitionId, Future<L>> opening = new LinkedHashMap<>();
      for (PartitionDirectory partition : all) {
        PartitionCheckpoint checkpoint = directory.checkpointOf(partition.id());
        opening.put(
            partition.id(),
            pool.submit(() -> opener.open(partition, checkpoint, directory.previousStop())));
      }
      return gather(opening);
    } finally {
      pool.shutdown();
    }
  }

  private static <L> Loaded<L> gather(Map<PartitionId, Future<L>> opening)
      throws InterruptedException {
    Map<PartitionId, L> logs = new LinkedHashMap<>();
    Map<PartitionId, IOException> failed = new LinkedHashMap<>();
    for (Map.Entry<PartitionId, Future<L>> entry : opening.entrySet()) {
      try {
        logs.put(entry.getKey(), entry.getValue().get());
      } catch (ExecutionException e) {
        failed.put(entry.getKey(), asIoException(e.getCause() == null ? e : e.getCause()));
      }
    }
    return new Loaded<>(logs, failed);
  }

  private static IOException asIoException(Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof IOException failure
        ? failure
        : new IOException("cannot open the log: " + cause.getMessage(), cause);
  }

  private static ThreadFactory threadFactory() {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, "log-recovery-" + number.getAndIncrement());
      thread.setDaemon(true);
      return thread;
    };
  }
}
