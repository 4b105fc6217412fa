package io.millrace.metadata;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Virtual time, chance, a network that loses, delays (now and then for seconds) and is cut, and
 * nodes that stand still.
 */
final class SimulatedWorld implements SimulatedMetadataLog.World {
  private static final int SLOW_MS = 2_500;

  final SplittableRandom random;
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::atMs).thenComparingLong(Event::number));
  private final Set<Integer> cut = new HashSet<>();
  private final Map<Integer, Long> pausedUntilMs = new HashMap<>();
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

  @Override
  public RandomGenerator random() {
    return random;
  }

  @Override
  public boolean hears(int from, int node) {
    return !cut.contains(node);
  }

  @Override
  public void after(long delayMs, Runnable task) {
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

  /** Nothing happens on this node for so long; what comes meanwhile waits. */
  void pause(int node, long ms) {
    pausedUntilMs.put(node, nowMs + ms);
  }

  /** The node begins anew. */
  void wake(int node) {
    pausedUntilMs.remove(node);
  }

  boolean isPaused(int node) {
    return pausedUntilMs.getOrDefault(node, 0L) > nowMs;
  }

  @Override
  public void on(int node, Runnable task) {
    long waitMs = pausedUntilMs.getOrDefault(node, 0L) - nowMs;
    if (waitMs > 0) {
      after(waitMs, () -> on(node, task));
    } else {
      task.run();
    }
  }

  /** From here on nothing is cut, lost or paused. */
  void heal() {
    cut.clear();
    pausedUntilMs.clear();
    lossy = false;
  }

  boolean reaches(int from, int to) {
    return from == to || (!cut.contains(from) && !cut.contains(to) && !(lossy && chance(50)));
  }

  /** Delivers after a while, or never. */
  void send(int from, int to, Runnable delivery) {
    if (reaches(from, to)) {
      after(from == to ? 0 : delayMs(), () -> on(to, delivery));
    }
  }

  /** Longer than anybody waits before asking again, now and then. */
  private long delayMs() {
    if (!lossy) {
      return 1 + random.nextInt(5);
    }
    return chance(25) ? 500 + random.nextInt(SLOW_MS) : 1 + random.nextInt(60);
  }
}
