package io.millrace.verticle;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The last value of each key, in the order in which they were put last. A hash table with open
 * addressing that looks at a key's bytes once and makes nothing for a key that it has: millions of
 * records go through it while a coordinator is loaded.
 *
 * <p>Threading: one thread.
 */
final class LastByKey {
  private static final int FIRST_ENTRIES = 256;
  private static final int FREE = 0;

  private int[] table = new int[2 * FIRST_ENTRIES];
  private int[] hashes = new int[FIRST_ENTRIES];
  private long[] puts = new long[FIRST_ENTRIES];
  private ByteBuffer[] keys = new ByteBuffer[FIRST_ENTRIES];
  private @Nullable ByteBuffer[] values = new ByteBuffer[FIRST_ENTRIES];
  private int size;
  private long putCount;

  /** Is told of keys and their values. */
  @FunctionalInterface
  interface Consumer {
    void accept(ByteBuffer key, @Nullable ByteBuffer value);
  }

  /** Keeps the buffers, which must not change. */
  void put(ByteBuffer key, @Nullable ByteBuffer value) {
    int hash = hash(key);
    int mask = table.length - 1;
    int at = hash & mask;
    while (table[at] != FREE) {
      int entry = table[at] - 1;
      if (hashes[entry] == hash && keys[entry].equals(key)) {
        values[entry] = value;
        puts[entry] = putCount++;
        return;
      }
      at = (at + 1) & mask;
    }
    if (size == keys.length) {
      grow();
      put(key, value);
      return;
    }
    keys[size] = key;
    values[size] = value;
    hashes[size] = hash;
    puts[size] = putCount++;
    size++;
    table[at] = size;
  }

  private void grow() {
    int entries = 2 * keys.length;
    keys = Arrays.copyOf(keys, entries);
    values = Arrays.copyOf(values, entries);
    hashes = Arrays.copyOf(hashes, entries);
    puts = Arrays.copyOf(puts, entries);
    table = new int[2 * entries];
    int mask = table.length - 1;
    for (int entry = 0; entry < size; entry++) {
      int at = hashes[entry] & mask;
      while (table[at] != FREE) {
        at = (at + 1) & mask;
      }
      table[at] = entry + 1;
    }
  }

  private static int hash(ByteBuffer key) {
    long hash = key.remaining();
    int at = key.position();
    int limit = key.limit();
    for (; limit - at >= Long.BYTES; at += Long.BYTES) {
      hash = (hash ^ key.getLong(at)) * 0x9E3779B97F4A7C15L;
      hash ^= hash >>> 32;
    }
    for (; at < limit; at++) {
      hash = (hash ^ key.get(at)) * 0x9E3779B97F4A7C15L;
    }
    return (int) (hash ^ (hash >>> 32));
  }

  int size() {
    return size;
  }

  /** Each key once, the one first that was put longest ago. */
  void forEach(Consumer consumer) {
    long[] order = new long[size];
    for (int entry = 0; entry < size; entry++) {
      order[entry] = puts[entry] << Integer.SIZE | entry;
    }
    Arrays.sort(order);
    for (long next : order) {
      int entry = (int) next;
      consumer.accept(keys[entry], values[entry]);
    }
  }
}
