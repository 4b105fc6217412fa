package io.millrace.partition;

import io.millrace.log.LogTask;

/** What a follower does next, after an answer of its leader. */
public sealed interface Following {
  /** Fetch on. */
  record Fetch() implements Following {}

  /** Fetch again a little later, or when an image says more. */
  record BackOff(String reason) implements Following {}

  /**
   * Write the partition's progress down, then run the task, then say {@link Partition#onTruncated};
   * until then nothing is fetched. The progress says already what will be left.
   *
   * @param lacksCommitted whether what is left may lack what is committed, which is to be {@link
   *     PartitionLogs#lacksCommitted said durably} first
   */
  record Truncate(LogTask<?> task, boolean lacksCommitted) implements Following {}

  /** The leader's log begins later than this one: run the task, and fetch on meanwhile. */
  record Delete(LogTask<?> task) implements Following {}

  /** Nothing, until an image says more: it does not follow, or is offline. */
  record Stop() implements Following {}
}
