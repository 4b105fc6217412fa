package io.millrace.process;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** When something was acknowledged, by partition, and for how long nothing was. */
final class AckGaps {
  private final Map<Integer, List<Long>> timesNanos = new HashMap<>();

  /** An acknowledgement came now. */
  synchronized void acked(int partition) {
    timesNanos.computeIfAbsent(partition, p -> new ArrayList<>()).add(System.nanoTime());
  }

  /**
   * The longest time without one, of the partition that waited longest, that began between these
   * times; in ms.
   */
  synchronized long longestMs(long fromNanos, long untilNanos) {
    long longest = 0;
    for (List<Long> times : timesNanos.values()) {
      for (int i = 1; i < times.size(); i++) {
        long began = times.get(i - 1);
        if (began - fromNanos >= 0 && untilNanos - began > 0) {
          longest = Math.max(longest, times.get(i) - times.get(i - 1));
        }
      }
    }
    return longest / 1_000_000;
  }

  /** How often there was one. */
  synchronized long count() {
    return timesNanos.values().stream().mapToLong(List::size).sum();
  }
}
