package io.millrace.verticle;

import io.millrace.log.LogTask;
import io.millrace.log.compaction.Compactor;
import io.millrace.log.compaction.NodeCompaction;
import io.millrace.log.segment.SegmentReplacement.InterruptedSwapException;
import io.millrace.log.segment.SegmentedLog;
import io.millrace.model.PartitionId;
import io.millrace.model.TimeSource;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the steps of a shard's compaction as maintenance of their partitions.
 *
 * <p>Threading: the shard's thread.
 */
final class CompactionUpkeep {
  private static final Logger LOGGER = LoggerFactory.getLogger(CompactionUpkeep.class);

  private final Tasks tasks;
  private final TimeSource time;
  private final ToLongFunction<PartitionId> checkpointedEnds;
  private final Compactor compactor;
  private final Map<PartitionId, HostedPartition> hosted = new HashMap<>();

  /**
   * @param checkpointedEnds the offset below which a checkpoint says that a partition is durable
   */
  CompactionUpkeep(
      NodeCompaction node,
      Tasks tasks,
      TimeSource time,
      ToLongFunction<PartitionId> checkpointedEnds) {
    this.tasks = tasks;
    this.time = time;
    this.checkpointedEnds = checkpointedEnds;
    this.compactor = new Compactor(node, this::limit, time.monotonicNanos());
  }

  /** What is committed and will not have to be recovered: a recovery asks older batches nothing. */
  private long limit(PartitionId id) {
    HostedPartition partition = hosted.get(id);
    return partition == null
        ? 0
        : Math.min(partition.partition().highWatermark(), checkpointedEnds.applyAsLong(id));
  }

  void onOpened(HostedPartition opened) {
    if (opened.partition().log() instanceof SegmentedLog log) {
      hosted.put(opened.partition().id(), opened);
      compactor.add(opened.partition().id(), log.compactable());
    }
  }

  void onClosing(HostedPartition closing) {
    hosted.remove(closing.partition().id());
    clearAway(compactor.remove(closing.partition().id()));
  }

  /** More is known to be durable. */
  void onCheckpoint() {
    compactor.limitsMoved(time.monotonicNanos());
  }

  /** Every few milliseconds: the compactor itself keeps to its rate. */
  void run() {
    PartitionId id = compactor.due(time.monotonicNanos()).orElse(null);
    if (id == null) {
      return;
    }
    HostedPartition partition = hosted.get(id);
    if (partition == null) {
      failed(id, new IOException("the partition is not open"));
      return;
    }
    partition.maintain(
        compactor::step,
        result -> {
          clearAway(compactor.done(result, time.monotonicNanos()));
          run();
        },
        failure -> failed(id, failure));
  }

  private void failed(PartitionId id, IOException failure) {
    clearAway(compactor.failed(failure, time.monotonicNanos()));
    HostedPartition partition = hosted.get(id);
    if (partition == null) {
      return;
    }
    if (failure instanceof InterruptedSwapException) {
      partition.partition().onFailed(failure);
    }
    partition.partition().checkHealth();
  }

  private void clearAway(Optional<LogTask<?>> rest) {
    rest.ifPresent(
        task ->
            tasks.run(
                Tasks.Pool.MAINTENANCE,
                HostedPartition.ignoringResult(task),
                done -> {},
                failure ->
                    LOGGER.warn(
                        "files of an abandoned compaction are left: cause={}",
                        failure.getMessage())));
  }
}
