package io.millrace.endpoint.kafka;

import io.millrace.model.config.KafkaSettings;
import io.millrace.model.config.SettingValues;

/**
 * How many fetch sessions a node may have, and how many partitions in all of them together.
 *
 * <p>Invariant: {@code 0 <= sessions <= maxSessions} and {@code 0 <= partitions <= maxPartitions}.
 *
 * <p>Threading: any thread.
 */
public final class FetchSessionSlots {
  private final int maxSessions;
  private final int maxPartitions;
  private int sessions;
  private int partitions;

  public FetchSessionSlots(SettingValues settings) {
    this(
        settings.get(KafkaSettings.MAX_INCREMENTAL_FETCH_SESSION_CACHE_SLOTS),
        settings.get(KafkaSettings.MAX_INCREMENTAL_FETCH_SESSION_CACHE_PARTITIONS));
  }

  FetchSessionSlots(int maxSessions, int maxPartitions) {
    this.maxSessions = maxSessions;
    this.maxPartitions = maxPartitions;
  }

  /** Takes a slot for a session of so many partitions, if there is room for both. */
  synchronized boolean tryOpen(int partitionCount) {
    if (sessions >= maxSessions || !tryGrow(partitionCount)) {
      return false;
    }
    sessions++;
    return true;
  }

  /** Takes room for so many partitions more, or fewer, of a session that is open. */
  synchronized boolean tryGrow(int partitionCount) {
    if (partitions + partitionCount > maxPartitions) {
      return false;
    }
    partitions += partitionCount;
    return true;
  }

  synchronized void close(int partitionCount) {
    sessions--;
    partitions -= partitionCount;
    if (sessions < 0 || partitions < 0) {
      throw new IllegalStateException(
          sessions + " fetch sessions of " + partitions + " partitions, expected 0 or more");
    }
  }

  synchronized int sessions() {
    return sessions;
  }

  synchronized int partitions() {
    return partitions;
  }
}
