package io.millrace.server;

import io.millrace.log.Disk;
import io.millrace.log.LogTask;
import io.millrace.log.directory.DataDirectory;
import io.millrace.log.directory.PartitionCheckpoint;
import io.millrace.log.directory.PartitionDirectory;
import io.millrace.log.segment.LastStop;
import io.millrace.log.segment.LogLimits;
import io.millrace.log.segment.OpenRequest;
import io.millrace.log.segment.SegmentedLog;
import io.millrace.model.PartitionId;
import io.millrace.model.TimeSource;
import io.millrace.model.TopicPartition;
import io.millrace.model.config.SettingValues;
import io.millrace.partition.PartitionLogs;
import java.util.HashMap;
import java.util.Map;

/**
 * The partitions' logs in a data directory.
 *
 * <p>Threading: safe from any thread; the tasks block.
 */
final class DirectoryLogs implements PartitionLogs {
  private final DataDirectory directory;
  private final Disk disk;
  private final LogLimits limits;
  private final TimeSource time;
  private final RecoverySummary recoveries = new RecoverySummary();

  DirectoryLogs(DataDirectory directory, Disk disk, LogLimits limits, TimeSource time) {
    this.directory = directory;
    this.disk = disk;
    this.limits = limits;
    this.time = time;
  }

  /** Of the logs that were opened so far. */
  RecoverySummary recoveries() {
    return recoveries;
  }

  @Override
  public LogTask<OpenedLog> open(PartitionId id, TopicPartition name, SettingValues topicSettings) {
    return () -> {
      boolean existed = directory.hasPartition(id);
      PartitionDirectory place = directory.createPartition(id, name);
      PartitionCheckpoint known = directory.checkpointOf(id);
      long began = time.monotonicNanos();
      SegmentedLog log =
          SegmentedLog.open(
              new OpenRequest(
                  disk,
                  place.path(),
                  name,
                  id.topicId(),
                  topicSettings,
                  limits,
                  time,
                  existed ? directory.previousStop().ofLogs() : LastStop.CLEAN,
                  existed ? known.recoveryPoint() : OpenRequest.UNKNOWN_OFFSET,
                  existed ? known.logStartOffset() : OpenRequest.UNKNOWN_OFFSET));
      long tookNanos = time.monotonicNanos() - began;
      log.recovered()
          .ifPresent(found -> recoveries.add(name, found, log.damage().isPresent(), tookNanos));
      return new OpenedLog(log, Math.min(known.highWatermark(), log.endOffset()));
    };
  }

  @Override
  public LogTask<?> delete(PartitionId id) {
    return () -> {
      directory.deletePartition(id);
      directory.removeDeleted();
      return id;
    };
  }

  @Override
  public LogTask<?> lacksCommitted(PartitionId id, boolean isSo) {
    return () -> {
      directory.lacksCommitted(id, isSo);
      return id;
    };
  }

  @Override
  public LogTask<?> checkpoint(Map<PartitionId, Progress> changed) {
    return () -> {
      Map<PartitionId, PartitionCheckpoint> checkpoints = new HashMap<>();
      changed.forEach(
          (id, progress) ->
              checkpoints.put(
                  id,
                  new PartitionCheckpoint(
                      progress.durableEndOffset(),
                      progress.highWatermark(),
                      progress.logStartOffset())));
      directory.checkpoint(checkpoints);
      return checkpoints;
    };
  }
}
