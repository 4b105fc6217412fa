package io.millrace.partition;

import io.millrace.log.LogTask;
import io.millrace.log.PartitionLog;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicPartition;
import io.millrace.model.config.SettingValues;
import java.util.Map;

/**
 * Where the logs of this node's partitions live. The tasks block and run on a pool, several at a
 * time but one at a time for each partition; an exception leaves that partition offline.
 */
public interface PartitionLogs {
  /**
   * Opens a partition's log, recovering it if that is needed, or creates it. What another topic of
   * the same name left behind is put aside.
   */
  LogTask<OpenedLog> open(PartitionId id, TopicPartition name, SettingValues topicSettings);

  /** Takes away the files of a partition whose log is closed. */
  LogTask<?> delete(PartitionId id);

  /** Writes down, durably, how far these partitions are; the others stay as they were. */
  LogTask<?> checkpoint(Map<PartitionId, Progress> changed);

  /**
   * Says durably whether a replica has lost what is committed and is being filled again: whatever
   * becomes of this process, the node then comes back in sync nowhere.
   */
  LogTask<?> lacksCommitted(PartitionId id, boolean isSo);

  /**
   * A log that is open.
   *
   * @param highWatermark as last checkpointed; not above the log's end
   */
  record OpenedLog(PartitionLog log, long highWatermark) {}

  /**
   * How far a partition is.
   *
   * @param durableEndOffset all records below it are on stable storage
   */
  record Progress(long durableEndOffset, long highWatermark, long logStartOffset) {}
}
