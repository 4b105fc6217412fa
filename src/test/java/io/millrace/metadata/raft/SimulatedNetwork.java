package io.millrace.metadata.raft;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** A network that delays, loses, doubles and reorders, and can be cut one way. */
final class SimulatedNetwork {
  private record Way(String from, String to) {}

  private final VirtualTime time;
  private final SplittableRandom random;
  private final Map<String, Consumer<ByteBuffer>> receivers = new HashMap<>();
  private final Set<Way> cut = new HashSet<>();
  private final Set<Way> keeping = new HashSet<>();
  private final List<Runnable> kept = new ArrayList<>();
  private double lossRate;
  private double doubleRate;
  private int maxDelayMs = 1;
  private long messages;
  private int largestBytes;

  SimulatedNetwork(VirtualTime time, SplittableRandom random) {
    this.time = time;
    this.random = random;
  }

  void disturb(double loss, double doubled, int delayMs) {
    lossRate = loss;
    doubleRate = doubled;
    maxDelayMs = delayMs;
  }

  void heal() {
    cut.clear();
    disturb(0, 0, 1);
  }

  /** What takes this way from now on is on its way until {@link #deliverKept}. */
  void keep(String from, String to) {
    keeping.add(new Way(from, to));
  }

  /** From now on nothing is kept. */
  void keepNoMore() {
    keeping.clear();
  }

  void deliverKept() {
    List<Runnable> arriving = List.copyOf(kept);
    kept.clear();
    arriving.forEach(Runnable::run);
  }

  void cut(String from, String to) {
    cut.add(new Way(from, to));
  }

  long messages() {
    return messages;
  }

  int largestBytes() {
    return largestBytes;
  }

  void unplug(String member) {
    receivers.remove(member);
  }

  RaftTransport transportOf(String member) {
    return new RaftTransport() {
      @Override
      public void send(String memberKey, ByteBuffer message) {
        messages++;
        largestBytes = Math.max(largestBytes, message.remaining());
        if (!cut.contains(new Way(member, memberKey)) && random.nextDouble() >= lossRate) {
          if (keeping.contains(new Way(member, memberKey))) {
            kept.add(() -> deliver(memberKey, message));
            return;
          }
          deliver(memberKey, message);
          if (random.nextDouble() < doubleRate) {
            deliver(memberKey, message.duplicate());
          }
        }
      }

      @Override
      public void onReceive(Consumer<ByteBuffer> handler) {
        receivers.put(member, handler);
      }
    };
  }

  private void deliver(String to, ByteBuffer message) {
    time.after(
        random.nextInt(maxDelayMs + 1),
        () -> {
          Consumer<ByteBuffer> receiver = receivers.get(to);
          if (receiver != null) {
            receiver.accept(message);
          }
        });
  }
}
