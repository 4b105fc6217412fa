package io.millrace.model;

/**
 * A partition by its topic's id: the identity that survives deletion and creation of a name.
 * Shards, logs and positions use it.
 */
public record PartitionId(TopicId topicId, int partition) {
  /** The shard, of {@code shards}, that owns this partition on every node. */
  public int shard(int shards) {
    long mixed =
        (topicId.leastSignificantBits() ^ partition * 0x9E3779B97F4A7C15L) * 0xBF58476D1CE4E5B9L;
    return (int) Math.floorMod(mixed >>> 17, (long) shards);
  }

  @Override
  public String toString() {
    return topicId + "-" + partition;
  }
}
