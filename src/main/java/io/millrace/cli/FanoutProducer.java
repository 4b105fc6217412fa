package io.millrace.cli;

import io.millrace.client.BlockingProducer;
import io.millrace.client.ProducerRecord;
import io.millrace.model.TopicName;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Sends the messages of {@code bench fanout} at their rate, to one partition after the other.
 *
 * <p>Threading: the command's; acknowledgements come on the producer's.
 */
final class FanoutProducer {
  private final BlockingProducer producer;
  private final TopicName topic;
  private final int partitions;
  private final FanoutMarker marker;
  private final int sizeBytes;
  private final int ratePerSecond;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private long nextSequence;

  FanoutProducer(
      BlockingProducer producer,
      TopicName topic,
      int partitions,
      FanoutMarker marker,
      int sizeBytes,
      int ratePerSecond) {
    this.producer = producer;
    this.topic = topic;
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
    for (long i = 0; i < messages && failure.get() == null; i++) {
      long due = start + i * TimeUnit.SECONDS.toNanos(1) / ratePerSecond;
      for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
        LockSupport.parkNanos(wait);
      }
      sendOne(due);
    }
    long end = start + messages * TimeUnit.SECONDS.toNanos(1) / ratePerSecond;
    for (long wait = end - System.nanoTime(); wait > 0; wait = end - System.nanoTime()) {
      LockSupport.parkNanos(wait);
    }
    requireHealthy();
  }

  private void sendOne(long dueNanos) throws InterruptedException {
    long sequence = nextSequence++;
    ByteBuffer value = ByteBuffer.wrap(marker.value(sequence, dueNanos, sizeBytes));
    int partition = (int) (sequence % partitions);
    ProducerRecord record =
        new ProducerRecord(topic.value(), partition, ProducerRecord.NOW, null, value, List.of());
    // A failure is kept and thrown by the next look.
    var unused =
        producer
            .send(record)
            .whenComplete(
                (metadata, cause) -> {
                  if (cause != null) {
                    failure.compareAndSet(null, cause);
                  }
                });
  }

  /** Waits for the acknowledgements of everything that was sent. */
  void requireAllSent() throws InterruptedException {
    producer.flush();
    requireHealthy();
  }

  private void requireHealthy() {
    Throwable cause = failure.get();
    if (cause != null) {
      throw new IllegalStateException("a message was not sent: " + cause.getMessage(), cause);
    }
  }
}
