package io.millrace.log.segment;

import java.util.Arrays;

/**
 * Where batches begin among the bytes that this process appended and that are still near the end of
 * the log, so that a reader who follows the log needs no index and no scan. The newest batches are
 * all remembered; of older ones about one in {@value #SPARSE_BYTES} bytes. What is hot is for
 * {@link HotMemory} to say, over all logs of the node.
 *
 * <p>Positions are counted in the bytes of the whole log, over all its segments ({@link
 * Segment#windowBase}). Invariant: offsets, positions and clocks strictly increase.
 *
 * <p>Threading: the log's owner thread.
 */
final class HotWindow {
  private static final int SPARSE_BYTES = 32 * 1024;
  private static final int RECENT = 64;
  private static final int INITIAL_CAPACITY = 4 * RECENT;

  private final HotMemory memory;
  private long end;
  private long[] offsets = new long[0];
  private long[] positions = new long[0];
  private long[] clocks = new long[0];
  private int count;
  private int recent;

  HotWindow(HotMemory memory, long end) {
    this.memory = memory;
    this.end = end;
  }

  /** A batch was appended; the first of its bytes is at {@code position}. */
  void appended(long baseOffset, long position, int sizeBytes) {
    if (position < end || (count > 0 && offsets[count - 1] >= baseOffset)) {
      throw new IllegalStateException(
          "offset " + baseOffset + " at byte " + position + ", the log ends at byte " + end);
    }
    end = position + sizeBytes;
    if (memory.isOff()) {
      return;
    }
    if (recent == 2 * RECENT) {
      thinOutOlderRecents();
    }
    if (count == offsets.length) {
      makeRoom();
    }
    offsets[count] = baseOffset;
    positions[count] = position;
    clocks[count] = memory.appended(sizeBytes);
    count++;
    recent++;
  }

  private void thinOutOlderRecents() {
    int from = count - recent;
    int to = from;
    long lastKept = from == 0 ? Long.MIN_VALUE / 2 : positions[from - 1];
    for (int i = from; i < count - RECENT; i++) {
      if (positions[i] - lastKept >= SPARSE_BYTES) {
        lastKept = positions[i];
        offsets[to] = offsets[i];
        positions[to] = positions[i];
        clocks[to] = clocks[i];
        to++;
      }
    }
    System.arraycopy(offsets, count - RECENT, offsets, to, RECENT);
    System.arraycopy(positions, count - RECENT, positions, to, RECENT);
    System.arraycopy(clocks, count - RECENT, clocks, to, RECENT);
    count = to + RECENT;
    recent = RECENT;
  }

  private void makeRoom() {
    int cold = Math.max(0, floor(clocks, memory.hotFrom(), count));
    System.arraycopy(offsets, cold, offsets, 0, count - cold);
    System.arraycopy(positions, cold, positions, 0, count - cold);
    System.arraycopy(clocks, cold, clocks, 0, count - cold);
    count -= cold;
    recent = Math.min(recent, count);
    if (count > offsets.length * 3 / 4 || offsets.length == 0) {
      int capacity = Math.max(INITIAL_CAPACITY, offsets.length * 2);
      offsets = Arrays.copyOf(offsets, capacity);
      positions = Arrays.copyOf(positions, capacity);
      clocks = Arrays.copyOf(clocks, capacity);
    }
  }

  /** Whether the byte at this position is hot: it is as new as the place before it, or newer. */
  boolean isHot(long position) {
    int place = floor(positions, position, count);
    return place >= 0 && clocks[place] >= memory.hotFrom();
  }

  /** The last place whose offset is not above this one, -1 if there is none. */
  int floor(long offset) {
    return floor(offsets, offset, count);
  }

  /** The last place with neither an offset above the one nor a position above the other, or -1. */
  int floor(long offset, long position) {
    return Math.min(floor(offsets, offset, count), floor(positions, position, count));
  }

  private static int floor(long[] values, long value, int count) {
    int found = Arrays.binarySearch(values, 0, count, value);
    return found >= 0 ? found : -found - 2;
  }

  long offsetAt(int place) {
    return offsets[place];
  }

  long positionAt(int place) {
    return positions[place];
  }

  /** Forgets every batch at or past the offset; the log ends at this byte now. */
  void truncateTo(long offset, long newEnd) {
    count = floor(offsets, offset - 1, count) + 1;
    recent = Math.min(recent, count);
    end = newEnd;
  }

  /** How many places it remembers, for tests of its bound. */
  int size() {
    return count;
  }
}
