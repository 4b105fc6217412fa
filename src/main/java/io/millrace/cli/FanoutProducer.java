package io.millrace.cli;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends the messages of {@code bench fanout} at their rate, to one partition after the other.
 *
 * <p>Threading: the command's.
 */
final class FanoutProducer {
  private final FanoutSink sink;
  private final int partitions;
  private final FanoutMarker marker;
  private final int sizeBytes;
  private final int ratePerSecond;
  private long nextSequence;

  FanoutProducer(
      FanoutSink sink, int partitions, FanoutMarker marker, int sizeBytes, int ratePerSecond) {
    this.sink = sink;
    this.partitions = partitions;
    this.marker = marker;
    this.sizeBytes = sizeBytes;
    this.ratePerSecond = ratePerSecond;
  }

  long nextSequence() {
    return nextSequence;
  }

  /** Sends so many messages, each when it is due; does not wait for the last acknowledgements. */
  void send(long messages) throws InterruptedException {
    long start = System.nanoTime();
    for (long i = 0; i < messages; i++) {
      long due = start + i * TimeUnit.SECONDS.toNanos(1) / ratePerSecond;
      awaitNanos(due);
      long sequence = nextSequence++;
      sink.send((int) (sequence % partitions), marker.value(sequence, due, sizeBytes));
    }
    awaitNanos(start + messages * TimeUnit.SECONDS.toNanos(1) / ratePerSecond);
  }

  private static void awaitNanos(long due) {
    for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
      LockSupport.parkNanos(wait);
    }
  }

  /** Waits for the acknowledgements of everything that was sent. */
  void requireAllSent() throws InterruptedException {
    sink.flush();
  }
}
