package io.millrace.bus;

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
  /** The limits of the settings' defaults. */
  public static final BusLimits DEFAULTS = new BusLimits(10_000, 134_217_728, 20, 2_000);
}
