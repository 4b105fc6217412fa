package io.millrace.partition;

import java.util.PriorityQueue;

/**
 * Appended batches that wait for an offset to be passed. Ordered by that offset, since a duplicate
 * waits for one that was appended long before.
 */
final class AckQueue {
  private final PriorityQueue<Waiting> waiting = new PriorityQueue<>();
  private long nextArrival;

  int size() {
    return waiting.size();
  }

  /** Tells the listener once {@link #passed} names an offset above {@code lastOffset}. */
  void add(long lastOffset, Produced produced, Produced.Listener listener) {
    waiting.add(new Waiting(lastOffset, nextArrival++, produced, listener));
  }

  /** Everything below this offset is where the waiting ones want it. */
  void passed(long endOffset) {
    while (!waiting.isEmpty() && waiting.peek().lastOffset < endOffset) {
      Waiting first = waiting.remove();
      first.listener.onProduced(first.produced);
    }
  }

  /** Nobody can say any more what becomes of them. */
  void failAll(Produced failure) {
    while (!waiting.isEmpty()) {
      waiting.remove().listener.onProduced(failure);
    }
  }

  private record Waiting(
      long lastOffset, long arrival, Produced produced, Produced.Listener listener)
      implements Comparable<Waiting> {
    @Override
    public int compareTo(Waiting other) {
      int byOffset = Long.compare(lastOffset, other.lastOffset);
      return byOffset != 0 ? byOffset : Long.compare(arrival, other.arrival);
    }
  }
}
