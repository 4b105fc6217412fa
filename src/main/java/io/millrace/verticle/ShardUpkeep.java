package io.millrace.verticle;

import io.millrace.log.DiskFullException;
import io.millrace.log.ReadOutcome;
import io.millrace.log.scrub.Scrubber;
import io.millrace.model.PartitionId;
import io.millrace.model.TimeSource;
import io.millrace.model.config.LogSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.model.image.PartitionImage;
import io.millrace.partition.PartitionLogs;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a shard does now and then: checkpoints, retention, the next piece of scrubbing and of
 * compaction, sizes for the metrics.
 *
 * <p>Threading: the shard's thread.
 */
final class ShardUpkeep implements ShardPartitions.Listener {
  private static final Logger LOGGER = LoggerFactory.getLogger(ShardUpkeep.class);

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  // A look at all logs that finds nothing to check costs time on each of them.
  private static final long SCRUB_IDLE_NANOS = 10_000_000_000L;

  private final Tasks tasks;
  private final PartitionLogs logs;
  private final TimeSource time;
  private final FlushScheduler flushes;
  private final Scrubber scrubber;
  private final CompactionUpkeep compaction;
  private final long checkpointNanos;
  private final long retentionNanos;
  private final long scrubStepNanos;
  private final Map<PartitionId, HostedPartition> hosted = new HashMap<>();
  private final Map<PartitionId, PartitionLogs.Progress> checkpointed = new HashMap<>();
  private final ArrayDeque<Runnable> afterCheckpoint = new ArrayDeque<>();
  private boolean checkpointing;
  private long lastCheckpointNanos;
  private long lastRetentionNanos;
  private boolean scrubbing;
  private long nextScrubNanos;

  ShardUpkeep(ShardEnvironment environment, Tasks tasks, FlushScheduler flushes) {
    SettingValues settings = environment.settings();
    this.tasks = tasks;
    this.logs = environment.logs();
    this.time = environment.time();
    this.flushes = flushes;
    this.checkpointNanos = nanos(settings.get(LogSettings.LOG_CHECKPOINT_INTERVAL_MS));
    this.retentionNanos = nanos(settings.get(LogSettings.LOG_RETENTION_CHECK_INTERVAL_MS));
    this.lastCheckpointNanos = time.monotonicNanos();
    this.lastRetentionNanos = lastCheckpointNanos;
    this.nextScrubNanos = lastCheckpointNanos;
    long bytesPerSecond = settings.get(LogSettings.LOG_SCRUB_BYTES_PER_SECOND);
    int stepBytes = settings.get(LogSettings.LOG_READ_STEP_BYTES);
    // As long as a step takes at that rate: until then the scrubber has nothing to give.
    this.scrubStepNanos = stepBytes * NANOS_PER_SECOND / Math.max(1, bytesPerSecond);
    this.scrubber = new Scrubber(bytesPerSecond, stepBytes, lastCheckpointNanos);
    this.compaction =
        new CompactionUpkeep(environment.compaction(), tasks, time, this::checkpointedEnd);
  }

  /** Nanoseconds of a setting that may be "for ever". */
  private static long nanos(long ms) {
    return ms > Long.MAX_VALUE / 4_000_000 ? Long.MAX_VALUE / 4 : ms * 1_000_000;
  }

  private long checkpointedEnd(PartitionId id) {
    PartitionLogs.Progress progress = checkpointed.get(id);
    return progress == null ? 0 : progress.durableEndOffset();
  }

  @Override
  public void onOpened(HostedPartition opened) {
    compaction.onOpened(opened);
    hosted.put(opened.partition().id(), opened);
    scrubber.add(opened.partition().id(), opened.partition().log());
  }

  /** A log that was damaged and is repaired is scrubbed again. */
  @Override
  public void onFollowed(HostedPartition followed, PartitionImage image) {
    if (followed.partition().log().damage().isEmpty()) {
      scrubber.add(followed.partition().id(), followed.partition().log());
    }
  }

  @Override
  public void onClosing(HostedPartition closing) {
    compaction.onClosing(closing);
    hosted.remove(closing.partition().id());
    checkpointed.remove(closing.partition().id());
    scrubber.remove(closing.partition().id());
    flushes.forget(closing);
  }

  /** Does what has become due. */
  void run() {
    long now = time.monotonicNanos();
    if (now - lastCheckpointNanos >= checkpointNanos) {
      lastCheckpointNanos = now;
      checkpoint();
    }
    if (now - lastRetentionNanos >= retentionNanos) {
      lastRetentionNanos = now;
      hosted.values().forEach(ShardUpkeep::retain);
    }
    hosted.values().forEach(HostedPartition::reportSize);
  }

  private static void retain(HostedPartition partition) {
    if (partition.isMaintaining() || partition.partition().offline().isPresent()) {
      return; // The next round will do.
    }
    partition.maintain(
        () -> HostedPartition.ignoringResult(partition.partition().enforceRetention()),
        done -> partition.reportSize(),
        failure -> warn(partition, "old segments could not be deleted", failure));
  }

  private static void warn(HostedPartition partition, String what, IOException failure) {
    LOGGER.warn(
        "{}: topic={} partition={} cause={}",
        what,
        partition.partition().name().topic(),
        partition.partition().name().partition(),
        failure.getMessage());
  }

  /** Writes down how far the partitions are that moved since the last time. */
  private void checkpoint() {
    Map<PartitionId, PartitionLogs.Progress> changed = changedProgress();
    if (checkpointing || changed.isEmpty()) {
      return;
    }
    checkpointing = true;
    tasks.run(
        Tasks.Pool.MAINTENANCE,
        HostedPartition.ignoringResult(logs.checkpoint(changed)),
        done -> {
          checkpointing = false;
          checkpointed.putAll(changed);
          checkpointed.keySet().retainAll(hosted.keySet());
          compaction.onCheckpoint();
          runAfterCheckpoint();
        },
        failure -> {
          checkpointing = false;
          checkpointFailed(failure);
          runAfterCheckpoint();
        });
  }

  /** Now, or after the checkpoint that is being written, which knows nothing of what follows. */
  void whenNotCheckpointing(Runnable what) {
    if (checkpointing) {
      afterCheckpoint.add(what);
    } else {
      what.run();
    }
  }

  private void runAfterCheckpoint() {
    while (!checkpointing && !afterCheckpoint.isEmpty()) {
      afterCheckpoint.remove().run();
    }
  }

  Map<PartitionId, PartitionLogs.Progress> changedProgress() {
    Map<PartitionId, PartitionLogs.Progress> changed = new HashMap<>();
    hosted.forEach(
        (id, partition) -> {
          PartitionLogs.Progress progress = partition.partition().progress();
          if (!progress.equals(checkpointed.get(id))) {
            changed.put(id, progress);
          }
        });
    return changed;
  }

  private void checkpointFailed(IOException failure) {
    LOGGER.error("the checkpoints could not be written: cause={}", failure.getMessage());
    if (failure instanceof DiskFullException) {
      return; // The old ones are whole; the next time there may be space.
    }
    // What is on that disk is not known any more.
    hosted.values().forEach(partition -> partition.partition().onFailed(failure));
  }

  /** Every few milliseconds: what is done piece by piece, each at its own rate. */
  void runPieces() {
    compaction.run();
    scrub();
  }

  private void scrub() {
    long now = time.monotonicNanos();
    if (scrubbing || now - nextScrubNanos < 0) {
      return;
    }
    Scrubber.Piece piece = scrubber.next(now).orElse(null);
    if (piece == null) {
      nextScrubNanos = now + SCRUB_IDLE_NANOS;
      return;
    }
    scrubbing = true;
    tasks.run(
        Tasks.Pool.READ,
        piece.task(),
        (ReadOutcome outcome) -> {
          scrubber.checked(outcome, time.monotonicNanos());
          scrubbed(piece);
        },
        failure -> {
          scrubber.failed(failure);
          scrubbed(piece);
        });
  }

  private void scrubbed(Scrubber.Piece piece) {
    scrubbing = false;
    nextScrubNanos = time.monotonicNanos() + scrubStepNanos;
    checkHealth(piece.partition());
  }

  private void checkHealth(PartitionId id) {
    HostedPartition partition = hosted.get(id);
    if (partition != null) {
      partition.partition().checkHealth();
    }
  }
}
