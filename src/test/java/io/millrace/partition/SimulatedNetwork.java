package io.millrace.partition;

import java.util.HashSet;
import java.util.Set;

/** Delays, and so reorders, drops and doubles what is sent; pairs can be cut, each way. */
final class SimulatedNetwork {
  private record Way(int from, int to) {}

  private final SimulatedTime time;
  private final Set<Way> cut = new HashSet<>();
  private int dropPercent;
  private int doublePercent;
  private long slowMs;

  SimulatedNetwork(SimulatedTime time) {
    this.time = time;
  }

  /** From now on so many of a hundred are lost, or come twice, and delays go up to this. */
  void quality(int newDropPercent, int newDoublePercent, long newSlowMs) {
    dropPercent = newDropPercent;
    doublePercent = newDoublePercent;
    slowMs = newSlowMs;
  }

  void cut(int from, int to) {
    cut.add(new Way(from, to));
  }

  void heal() {
    cut.clear();
  }

  void send(int from, int to, Runnable onArrival) {
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
    time.after(
        time.between(0, isSlow ? slowMs : 2),
        () -> {
          if (!cut.contains(new Way(from, to))) {
            onArrival.run();
          }
        });
  }
}
