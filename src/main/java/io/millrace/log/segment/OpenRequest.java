package io.millrace.log.segment;

import io.millrace.log.Disk;
import io.millrace.model.TimeSource;
import io.millrace.model.TopicId;
import io.millrace.model.TopicPartition;
import io.millrace.model.config.SettingValues;
import java.nio.file.Path;

/**
 * What it takes to open a log.
 *
 * @param directory the partition's directory, made if it is missing; its parent's sync is the
 *     caller's
 * @param partition for messages to people
 * @param topicId must be the one in {@code partition.meta}
 * @param topicSettings the topic's settings
 * @param lastStop how the log was left; {@link LastStop#CLEAN} for a new one
 * @param recoveryPoint all records below it are known to be durable and whole; {@link
 *     #UNKNOWN_OFFSET} if nothing is known
 * @param logStartOffset as it was checkpointed; {@link #UNKNOWN_OFFSET} for the first one there is
 */
public record OpenRequest(
    Disk disk,
    Path directory,
    TopicPartition partition,
    TopicId topicId,
    SettingValues topicSettings,
    LogLimits limits,
    TimeSource time,
    LastStop lastStop,
    long recoveryPoint,
    long logStartOffset) {
  public static final long UNKNOWN_OFFSET = -1;
}
