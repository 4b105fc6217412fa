package io.millrace.verticle;

import io.millrace.model.Metrics;
import io.millrace.model.TimeSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Begins the fsyncs of a shard's partitions: at once where a write counts only when it is durable,
 * else oldest first when {@code flush.ms} has passed. A bounded number runs at a time; what comes
 * meanwhile is covered by the next one of its partition.
 *
 * <p>Threading: the shard's thread.
 */
final class FlushScheduler {
  private static final Logger LOGGER = LoggerFactory.getLogger(FlushScheduler.class);

  private final TimeSource time;
  private final int maxInFlight;
  private final Metrics.Timer delay;
  private final Set<HostedPartition> dirty = new LinkedHashSet<>();
  private int inFlight;

  FlushScheduler(TimeSource time, Metrics metrics, int maxInFlight) {
    this.time = time;
    this.maxInFlight = maxInFlight;
    this.delay =
        metrics.timer(
            "millrace.log.flush.delay", "From a write to the end of the fsync that covers it.");
  }

  /** The partition may have been written to. */
  void touched(HostedPartition hosted) {
    if (!hosted.partition().isDirty() || hosted.isClosing()) {
      return;
    }
    if (inFlight < maxInFlight && hosted.partition().isFlushDue()) {
      begin(hosted);
    } else {
      // Keeps its place if it has one, so that the oldest stays first.
      dirty.add(hosted);
    }
  }

  void forget(HostedPartition hosted) {
    dirty.remove(hosted);
  }

  /** Begins what is due, oldest first. */
  void run() {
    if (dirty.isEmpty() || inFlight >= maxInFlight) {
      return;
    }
    List<HostedPartition> oldestFirst = new ArrayList<>(dirty);
    for (HostedPartition hosted : oldestFirst) {
      if (inFlight >= maxInFlight) {
        return;
      }
      if (hosted.partition().isFlushDue()) {
        begin(hosted);
      } else if (!hosted.partition().isDirty() || hosted.partition().offline().isPresent()) {
        dirty.remove(hosted);
      }
    }
  }

  private void begin(HostedPartition hosted) {
    dirty.remove(hosted);
    inFlight++;
    long writtenNanos = hosted.partition().dirtySinceNanos();
    hosted.flush(
        durableEndOffset -> {
          inFlight--;
          delay.recordNanos(time.monotonicNanos() - writtenNanos);
          hosted.partition().onFlushed(durableEndOffset);
          touched(hosted);
          run();
        },
        failure -> {
          inFlight--;
          failed(hosted, failure);
          run();
        });
  }

  private static void failed(HostedPartition hosted, IOException failure) {
    LOGGER.error(
        "partition goes offline, an fsync failed: topic={} partition={} cause={}",
        hosted.partition().name().topic(),
        hosted.partition().name().partition(),
        failure.getMessage());
    hosted.partition().onFailed(failure);
  }
}
