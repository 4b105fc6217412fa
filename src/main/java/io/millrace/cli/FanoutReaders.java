package io.millrace.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToLongFunction;
import org.HdrHistogram.Histogram;

/**
 * All consumers of {@code bench fanout}, spread over some threads.
 *
 * <p>Threading: the command's.
 */
final class FanoutReaders implements AutoCloseable {
  private static final long LOOK_NANOS = 1_000_000;

  private final List<FanoutReader> readers = new ArrayList<>();
  private boolean closed;

  private FanoutReaders() {}

  /** Connects all consumers, and reads from then on. */
  static FanoutReaders open(int threads, int consumers, FanoutTarget target, FanoutMarker marker)
      throws IOException {
    FanoutReaders all = new FanoutReaders();
    try {
      for (int i = 0; i < threads; i++) {
        all.readers.add(new FanoutReader(i));
      }
      for (int i = 0; i < consumers; i++) {
        FanoutReader reader = all.readers.get(i % threads);
        reader.add(FanoutSocket.open(target, i, marker, reader.tally()));
      }
      all.readers.forEach(FanoutReader::start);
      return all;
    } catch (IOException | RuntimeException e) {
      all.close();
      throw e;
    }
  }

  /** Messages from this sequence number on count. */
  void measureFrom(long sequence) {
    readers.forEach(reader -> reader.tally().measureFrom(sequence));
  }

  /** Partitions of consumers that have had a message. */
  long joined() {
    return sum(FanoutTally::joined);
  }

  long delivered() {
    return sum(FanoutTally::delivered);
  }

  long missed() {
    return sum(FanoutTally::missed);
  }

  long repeated() {
    return sum(FanoutTally::repeated);
  }

  /** When the last message that counts was delivered, as {@link System#nanoTime} says. */
  long lastNanos(long startedNanos) {
    long last = startedNanos;
    for (FanoutReader reader : readers) {
      if (reader.tally().delivered() > 0) {
        last = Math.max(last, reader.tally().lastNanos());
      }
    }
    return last;
  }

  /** Of all consumers; after {@link #end}. */
  Histogram latencyUs() {
    Histogram sum = new Histogram(FanoutTally.MAX_LATENCY_US, 3);
    readers.forEach(reader -> sum.add(reader.tally().latencyUs()));
    return sum;
  }

  private long sum(ToLongFunction<FanoutTally> counter) {
    return readers.stream().map(FanoutReader::tally).mapToLong(counter).sum();
  }

  /**
   * @throws IllegalStateException if a consumer's connection ended or brought what it must not
   */
  void requireHealthy() {
    for (FanoutReader reader : readers) {
      Throwable failure = reader.tally().failure();
      if (failure != null) {
        throw new IllegalStateException("a consumer failed: " + failure.getMessage(), failure);
      }
    }
  }

  /** Waits for so many deliveries, or until none came for so long. */
  void awaitDeliveries(long wanted, long patienceNanos) {
    long seen = delivered();
    long since = System.nanoTime();
    while (seen < wanted && System.nanoTime() - since < patienceNanos) {
      requireHealthy();
      LockSupport.parkNanos(LOOK_NANOS);
      long now = delivered();
      if (now != seen) {
        seen = now;
        since = System.nanoTime();
      }
    }
  }

  /** Closes all connections; what was counted stays. */
  void end() throws IOException {
    if (!closed) {
      closed = true;
      for (FanoutReader reader : readers) {
        reader.close();
      }
    }
  }

  @Override
  public void close() throws IOException {
    end();
  }
}
