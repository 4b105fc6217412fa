package io.millrace.log.compaction;

import io.millrace.log.LogTask;
import io.millrace.log.segment.SegmentedLog;
import io.millrace.model.Metrics;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicId;
import io.millrace.model.config.BrokerSettings;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** Does on one thread what a shard and its pool do: one step of a compaction after the other. */
public final class CompactionDriver {
  private static final PartitionId ID = new PartitionId(new TopicId(1, 2), 3);

  private final Compactor compactor;
  private final long nowNanos;

  /**
   * @param limitOffset the high watermark, and what a checkpoint says to be durable
   * @param mapBytes log.cleaner.dedupe.buffer.size
   * @param stepBytes so much is read in a step
   */
  public CompactionDriver(
      SegmentedLog log, long limitOffset, int mapBytes, int stepBytes, long nowNanos) {
    NodeCompaction node =
        new NodeCompaction(
            BrokerSettings.of(Map.of("log.cleaner.dedupe.buffer.size", Integer.toString(mapBytes))),
            Metrics.NONE,
            () -> 17);
    this.compactor = new Compactor(node, id -> limitOffset, nowNanos, stepBytes);
    this.nowNanos = nowNanos;
    compactor.add(ID, log.compactable());
  }

  /** Compacts until there is nothing to do. */
  public static void compact(SegmentedLog log, long nowNanos) {
    CompactionDriver driver =
        new CompactionDriver(log, log.durableEndOffset(), 1 << 20, 1 << 20, nowNanos);
    while (driver.step()) {
      continue;
    }
    if (driver.whyNot().isPresent()) {
      throw new AssertionError(driver.whyNot().get());
    }
  }

  /** Does one step; false if there is nothing to do. */
  public boolean step() {
    if (compactor.due(nowNanos).isEmpty()) {
      return false;
    }
    Optional<LogTask<?>> rest;
    try {
      Runnable result = compactor.step().run();
      rest = compactor.done(result, nowNanos);
    } catch (IOException e) {
      rest = compactor.failed(e, nowNanos);
    }
    rest.ifPresent(CompactionDriver::run);
    return true;
  }

  Optional<String> whyNot() {
    return compactor.whyNot(ID);
  }

  Compactor compactor() {
    return compactor;
  }

  static void run(LogTask<?> task) {
    try {
      task.run();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
