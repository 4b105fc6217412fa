package io.millrace.bus;

import io.millrace.model.config.ServerSettings;
import io.millrace.model.config.SettingValues;

/**
 * The bounds of the bus's clients.
 *
 * @param shardQueueMessages requests under way to one shard, beyond which THROTTLED is answered
 * @param shardQueueBytes bytes of batches under way to one shard, likewise
 * @param tickMs how often deadlines are looked at, in milliseconds: what an answer may be late by
 * @param readGraceMs how long after its deadline a fetch may take for its last look at what is
 *     there, in milliseconds
 */
public record BusLimits(int shardQueueMessages, long shardQueueBytes, int tickMs, int readGraceMs) {
  /** The limits that a broker's settings set. */
  public static BusLimits of(SettingValues brokerSettings) {
    return new BusLimits(
        brokerSettings.get(ServerSettings.SHARD_QUEUE_MESSAGES),
        brokerSettings.get(ServerSettings.SHARD_QUEUE_BYTES),
        brokerSettings.get(ServerSettings.BUS_TICK_MS),
        brokerSettings.get(ServerSettings.FETCH_GRACE_MS));
  }

  /** A new admission for one shard. */
  public Admission newAdmission() {
    return new Admission(shardQueueMessages, shardQueueBytes);
  }
}
