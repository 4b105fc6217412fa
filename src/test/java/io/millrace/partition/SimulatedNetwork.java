package io.millrace.partition;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Delays, and so reorders, drops and doubles what is sent; pairs can be cut, or stand still, each
 * way.
 */
public final class SimulatedNetwork {
  private record Way(int from, int to) {}

  private final SimulatedTime time;
  private final Set<Way> cut = new HashSet<>();
  private final Map<Way, Long> stalledUntil = new HashMap<>();
  private int dropPercent;
  private int doublePercent;
  private long slowMs;

  public SimulatedNetwork(SimulatedTime time) {
    this.time = time;
  }

  /** From now on so many of a hundred are lost, or come twice, and delays go up to this. */
  public void quality(int newDropPercent, int newDoublePercent, long newSlowMs) {
    dropPercent = newDropPercent;
    doublePercent = newDoublePercent;
    slowMs = newSlowMs;
  }

  public void cut(int from, int to) {
    cut.add(new Way(from, to));
  }

  public boolean isCut(int from, int to) {
    return cut.contains(new Way(from, to));
  }

  public void heal() {
    cut.clear();
    stalledUntil.clear();
  }

  /** What is sent from now on arrives when so much time has passed, as over a full connection. */
  public void stall(int from, int to, long nanos) {
    stalledUntil.put(new Way(from, to), time.monotonicNanos() + nanos);
  }

  public void send(int from, int to, Runnable onArrival) {
    deliver(from, to, onArrival);
    if (time.random().nextInt(100) < doublePercent) {
      deliver(from, to, onArrival);
    }
  }

  private void deliver(int from, int to, Runnable onArrival) {
    if (time.random().nextInt(100) < dropPercent) {
      return;
    }
    boolean isSlow = time.random().nextInt(20) == 0;
    Way way = new Way(from, to);
    long stalled =
        stalledUntil.isEmpty()
            ? 0
            : Math.max(0, stalledUntil.getOrDefault(way, 0L) - time.monotonicNanos());
    time.after(
        stalled + time.between(0, isSlow ? slowMs : 2),
        () -> {
          if (!cut.contains(way)) {
            onArrival.run();
          }
        });
  }
}
