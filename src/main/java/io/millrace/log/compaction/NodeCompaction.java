package io.millrace.log.compaction;

import io.millrace.model.Metrics;
import io.millrace.model.config.LogSettings;
import io.millrace.model.config.SettingValues;
import java.util.function.LongSupplier;

/**
 * What the shards of a node share of compaction: how many logs are compacted at a time, the memory
 * for keys, and the meters.
 *
 * <p>Threading: safe from any thread.
 */
public final class NodeCompaction {
  private static final double NANOS_PER_SECOND = 1e9;

  private final int threads;
  private final long mapBytes;
  private final long backoffMs;
  private final long bytesPerSecond;
  private final LongSupplier secrets;
  private final Metrics.Counter bytes;
  private final Metrics.Counter removedRecords;
  private final Metrics.Timer runs;
  private int running;
  private int uncompactable;
  private double lastSeconds;
  private double longestSeconds;
  private double mapUtilization;

  /**
   * @param secrets unpredictable numbers, which keep clients from making keys collide
   */
  public NodeCompaction(SettingValues broker, Metrics metrics, LongSupplier secrets) {
    this.threads = broker.get(LogSettings.LOG_CLEANER_THREADS);
    this.mapBytes = broker.get(LogSettings.LOG_CLEANER_DEDUPE_BUFFER_SIZE) / threads;
    this.backoffMs = broker.get(LogSettings.LOG_CLEANER_BACKOFF_MS);
    this.bytesPerSecond = broker.get(LogSettings.LOG_CLEANER_IO_MAX_BYTES_PER_SECOND);
    this.secrets = secrets;
    this.bytes =
        metrics.counter("millrace.log.cleaner.bytes", "Bytes read and written by compaction.");
    this.removedRecords =
        metrics.counter("millrace.log.cleaner.removed.records", "Records that compaction removed.");
    this.runs = metrics.timer("millrace.log.cleaner.runs", "Compactions of a log, to their end.");
    metrics.gauge(
        "millrace.log.cleaner.last.run.seconds",
        "How long the last compaction took.",
        this::lastSeconds);
    metrics.gauge(
        "millrace.log.cleaner.longest.run.seconds",
        "How long the longest compaction took.",
        this::longestSeconds);
    metrics.gauge(
        "millrace.log.cleaner.map.utilization",
        "How full the map of keys was in the last compaction, 0 to 1.",
        this::mapUtilization);
    metrics.gauge(
        "millrace.log.cleaner.uncleanable.partitions",
        "Partitions that cannot be compacted; the log says why.",
        this::uncompactable);
  }

  synchronized boolean tryBegin() {
    if (running >= threads) {
      return false;
    }
    running++;
    return true;
  }

  synchronized void end() {
    running--;
  }

  /** A map for so many keys, as far as the memory for it goes. */
  OffsetMap newMap(long maxKeys) {
    KeyDigest digest = new KeyDigest(secrets.getAsLong(), secrets.getAsLong());
    return new OffsetMap(mapBytes, maxKeys, digest);
  }

  long backoffMs() {
    return backoffMs;
  }

  long bytesPerSecond() {
    return bytesPerSecond;
  }

  void moved(long count) {
    bytes.add(count);
  }

  synchronized void done(long nanos, double utilization, long removed) {
    runs.recordNanos(nanos);
    removedRecords.add(removed);
    lastSeconds = nanos / NANOS_PER_SECOND;
    longestSeconds = Math.max(longestSeconds, lastSeconds);
    mapUtilization = utilization;
  }

  synchronized void uncompactable(int change) {
    uncompactable += change;
  }

  private synchronized double lastSeconds() {
    return lastSeconds;
  }

  private synchronized double longestSeconds() {
    return longestSeconds;
  }

  private synchronized double mapUtilization() {
    return mapUtilization;
  }

  private synchronized double uncompactable() {
    return uncompactable;
  }
}
