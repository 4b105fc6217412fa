package io.millrace.record;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Where a key goes. The same hash (32-bit MurmurHash2 of the key's bytes with Kafka's seed) and the
 * same rule as the Kafka clients' default partitioner, so that a key written by either lands in the
 * same partition.
 */
public final class KeyHash {
  private static final int SEED = 0x9747b28c;
  private static final int MULTIPLIER = 0x5bd1e995;
  private static final int SHIFT = 24;

  private KeyHash() {}

  /** The partition, 0 to {@code partitions - 1}, of a key's remaining bytes. */
  public static int partitionFor(ByteBuffer key, int partitions) {
    return (murmur2(key) & Integer.MAX_VALUE) % partitions;
  }

  /** The partition, 0 to {@code partitions - 1}, of a key. */
  public static int partitionFor(byte[] key, int partitions) {
    return partitionFor(ByteBuffer.wrap(key), partitions);
  }

  /** MurmurHash2 of the remaining bytes; the buffer's position stays. */
  public static int murmur2(ByteBuffer bytes) {
    int length = bytes.remaining();
    int at = bytes.position();
    int wholeEnd = at + (length & ~3);
    boolean reverse = bytes.order() == ByteOrder.BIG_ENDIAN;
    int hash = SEED ^ length;
    for (; at < wholeEnd; at += 4) {
      int word = bytes.getInt(at);
      hash = (hash * MULTIPLIER) ^ scramble(reverse ? Integer.reverseBytes(word) : word);
    }
    int left = length & 3;
    if (left > 0) {
      for (int i = left - 1; i >= 0; i--) {
        hash ^= (bytes.get(at + i) & 0xff) << (8 * i);
      }
      hash *= MULTIPLIER;
    }
    hash ^= hash >>> 13;
    hash *= MULTIPLIER;
    return hash ^ (hash >>> 15);
  }

  private static int scramble(int word) {
    int scrambled = word * MULTIPLIER;
    scrambled ^= scrambled >>> SHIFT;
    return scrambled * MULTIPLIER;
  }
}
