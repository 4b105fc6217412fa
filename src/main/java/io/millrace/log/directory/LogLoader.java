package io.millrace.log.directory;

import io.millrace.model.PartitionId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens, and recovers where that is needed, all logs of a data directory on the threads of a pool.
 * One log that cannot be opened does not stop the others.
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
   * @param pool opens them, as many at once as it has threads; it stays open
   * @throws InterruptedException if the caller is interrupted; what was handed to the pool goes on
   */
  public static <L> Loaded<L> load(DataDirectory directory, ExecutorService pool, Opener<L> opener)
      throws InterruptedException {
    List<PartitionDirectory> all = new ArrayList<>(directory.partitions().values());
    if (directory.previousStop().needsRecovery()) {
      LOGGER.info(
          "recovering {} partitions after an unclean stop ({})",
          all.size(),
          directory.previousStop());
    }
    Map<PartitionId, Future<L>> opening = new LinkedHashMap<>();
    for (PartitionDirectory partition : all) {
      PartitionCheckpoint checkpoint = directory.checkpointOf(partition.id());
      opening.put(
          partition.id(),
          pool.submit(() -> opener.open(partition, checkpoint, directory.previousStop())));
    }
    return gather(opening);
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
}
