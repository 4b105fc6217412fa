package io.millrace.metadata;

import java.util.Comparator;
import java.util.HashSet;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;

/** Virtual time, chance, and a network that loses, delays and is cut. */
final class SimulatedWorld {
  final SplittableRandom random;
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::atMs).thenComparingLong(Event::number));
  private final Set<Integer> cut = new HashSet<>();
  private long nowMs;
  private long count;
  private boolean lossy = true;

  private record Event(long atMs, long number, Runnable task) {}

  SimulatedWorld(long seed) {
    random = new SplittableRandom(seed);
  }

  long nowMs() {
    return nowMs;
  }

  long nowNanos() {
    return nowMs * 1_000_000;
  }

  void after(long delayMs, Runnable task) {
    events.add(new Event(nowMs + delayMs, count++, task));
  }

  void runUntil(long endMs) {
    while (!events.isEmpty() && events.peek().atMs() <= endMs) {
      Event next = events.remove();
      nowMs = next.atMs();
      next.task().run();
    }
    nowMs = endMs;
  }

  boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  /** Cuts one node from all others, or joins it again. */
  void cut(int node, boolean isCut) {
    if (isCut) {
      cut.add(node);
    } else {
      cut.remove(node);
    }
  }

  boolean isCut(int node) {
    return cut.contains(node);
  }

  /** From here on nothing is cut or lost. */
  void heal() {
    cut.clear();
    lossy = false;
  }

  boolean reaches(int from, int to) {
    return from == to || (!cut.contains(from) && !cut.contains(to) && !(lossy && chance(50)));
  }

  /** Delivers after a while, or never. */
  void send(int from, int to, Runnable delivery) {
    if (reaches(from, to)) {
      after(from == to ? 0 : 1 + random.nextInt(lossy ? 60 : 5), delivery);
    }
  }
}
