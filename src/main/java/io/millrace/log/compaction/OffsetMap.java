package io.millrace.log.compaction;

import java.nio.ByteBuffer;

/**
 * The newest offset of each key, in memory that does not grow: open addressing with linear probing,
 * 24 bytes an entry (16 of the key's digest, 8 of the offset plus one; zero is empty). It counts as
 * full at three quarters, beyond which probing becomes slow.
 *
 * <p>Threading: one thread at a time.
 */
final class OffsetMap {
  static final int ENTRY_BYTES = 24;
  static final long NONE = -1;

  private static final int WORDS = 3;
  private static final int MAX_SLOTS = (Integer.MAX_VALUE - 8) / WORDS;
  private static final int MIN_SLOTS = 4;

  private final KeyDigest digest;
  private final long[] table;
  private final int slots;
  private final int maxEntries;
  private int entries;

  /**
   * @param maxBytes of its table, at most
   * @param maxKeys how many keys there can be: it takes no more memory than these need
   */
  OffsetMap(long maxBytes, long maxKeys, KeyDigest digest) {
    long needed = Math.min(maxKeys, MAX_SLOTS / 2) * 4 / 3 + MIN_SLOTS;
    this.slots =
        (int) Math.min(MAX_SLOTS, Math.max(MIN_SLOTS, Math.min(maxBytes / ENTRY_BYTES, needed)));
    this.maxEntries = slots - Math.max(1, slots / 4);
    this.table = new long[slots * WORDS];
    this.digest = digest;
  }

  /**
   * Takes note that a key has a record at this offset, later than all before.
   *
   * @return false if it is full and does not know the key
   */
  boolean put(ByteBuffer key, long offset) {
    int at = find(key);
    if (table[at + 2] == 0) {
      if (entries == maxEntries) {
        return false;
      }
      entries++;
      table[at] = digest.first();
      table[at + 1] = digest.second();
    }
    table[at + 2] = offset + 1;
    return true;
  }

  /** The newest offset of a key, {@link #NONE} if it does not know the key. */
  long get(ByteBuffer key) {
    return table[find(key) + 2] - 1;
  }

  /** Where the key is, or where it would be. */
  private int find(ByteBuffer key) {
    digest.of(key);
    long first = digest.first();
    long second = digest.second();
    // The upper 31 bits scaled to the number of slots: no division.
    int slot = (int) (((first >>> 33) * slots) >>> 31);
    while (true) {
      int at = slot * WORDS;
      if (table[at + 2] == 0 || (table[at] == first && table[at + 1] == second)) {
        return at;
      }
      slot = slot + 1 == slots ? 0 : slot + 1;
    }
  }

  int entries() {
    return entries;
  }

  /** How full it is, from 0 to 1. */
  double utilization() {
    return (double) entries / maxEntries;
  }
}
