package io.millrace.server;

import io.millrace.log.segment.LogRecovered;
import io.millrace.model.TopicPartition;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What it took to bring the logs of a node back that were not closed, in one line however many they
 * are.
 *
 * <p>Threading: safe from any thread.
 */
final class RecoverySummary {
  private int logs;
  private int damagedLogs;
  private long checkedBytes;
  private int cutLogs;
  private long cutBytes;
  private int cutSegments;
  private long longestNanos;
  private @Nullable TopicPartition longest;

  synchronized void add(
      TopicPartition name, LogRecovered recovered, boolean damaged, long tookNanos) {
    logs++;
    damagedLogs += damaged ? 1 : 0;
    checkedBytes += recovered.checkedBytes();
    cutLogs += recovered.cutBytes() > 0 || recovered.cutSegments() > 0 ? 1 : 0;
    cutBytes += recovered.cutBytes();
    cutSegments += recovered.cutSegments();
    if (longest == null || tookNanos > longestNanos) {
      longest = name;
      longestNanos = tookNanos;
    }
  }

  /** Whether bytes that nobody was promised are gone. */
  synchronized boolean hasCut() {
    return cutLogs > 0;
  }

  /** The line; empty if every log was closed by the process before. */
  synchronized Optional<String> line() {
    return longest == null
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "recovered logs=%d damaged=%d checkedBytes=%d cutLogs=%d cutBytes=%d"
                    + " cutSegments=%d longestMs=%d longest=%s",
                logs,
                damagedLogs,
                checkedBytes,
                cutLogs,
                cutBytes,
                cutSegments,
                TimeUnit.NANOSECONDS.toMillis(longestNanos),
                longest));
  }
}
