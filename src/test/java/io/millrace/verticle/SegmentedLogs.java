package io.millrace.verticle;

import io.millrace.log.LogTask;
import io.millrace.log.NioDisk;
import io.millrace.log.segment.LastStop;
import io.millrace.log.segment.LogLimits;
import io.millrace.log.segment.OpenRequest;
import io.millrace.log.segment.SegmentedLog;
import io.millrace.model.PartitionId;
import io.millrace.model.TimeSource;
import io.millrace.model.TopicPartition;
import io.millrace.model.config.SettingValues;
import io.millrace.partition.PartitionLogs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Real logs in a directory of the test's. */
final class SegmentedLogs implements PartitionLogs {
  private static final Progress NOTHING =
      new Progress(OpenRequest.UNKNOWN_OFFSET, 0, OpenRequest.UNKNOWN_OFFSET);

  final Map<PartitionId, Progress> checkpoints = new ConcurrentHashMap<>();
  private final Map<PartitionId, SegmentedLog> open = new ConcurrentHashMap<>();
  private final NioDisk disk = new NioDisk();
  private final Path root;
  private final LogLimits limits;

  SegmentedLogs(Path root, LogLimits limits) {
    this.root = root;
    this.limits = limits;
  }

  @Override
  public LogTask<OpenedLog> open(PartitionId id, TopicPartition name, SettingValues settings) {
    Progress known = checkpoints.getOrDefault(id, NOTHING);
    return () -> {
      SegmentedLog log =
          SegmentedLog.open(
              new OpenRequest(
                  disk,
                  root.resolve(id.toString()),
                  name,
                  id.topicId(),
                  settings,
                  limits,
                  TimeSource.SYSTEM,
                  LastStop.CLEAN,
                  known.durableEndOffset(),
                  known.logStartOffset()));
      open.put(id, log);
      return new OpenedLog(log, known.highWatermark());
    };
  }

  /** The log that was opened last for a partition. */
  SegmentedLog opened(PartitionId id) {
    return open.get(id);
  }

  /** What its first segment's file holds now. */
  ByteBuffer bytesOf(PartitionId id) {
    Path file = root.resolve(id.toString()).resolve("00000000000000000000.log");
    try {
      return ByteBuffer.wrap(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public LogTask<?> delete(PartitionId id) {
    return () -> {
      disk.delete(root.resolve(id.toString()));
      return true;
    };
  }

  @Override
  public LogTask<?> lacksCommitted(PartitionId id, boolean isSo) {
    return () -> id;
  }

  @Override
  public LogTask<?> checkpoint(Map<PartitionId, Progress> changed) {
    return () -> {
      checkpoints.putAll(changed);
      return true;
    };
  }
}
