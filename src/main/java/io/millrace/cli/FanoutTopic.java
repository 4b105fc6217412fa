package io.millrace.cli;

import io.millrace.client.BlockingProducer;
import io.millrace.client.ProducerRecord;
import io.millrace.model.TopicName;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A topic of this server, written by TCP. Acknowledgements come on the producer's thread. */
final class FanoutTopic implements FanoutSink {
  private final BlockingProducer producer;
  private final TopicName topic;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  private FanoutTopic(BlockingProducer producer, TopicName topic) {
    this.producer = producer;
    this.topic = topic;
  }

  static FanoutTopic open(Map<String, String> settings, TopicName topic) {
    return new FanoutTopic(BlockingProducer.open(settings), topic);
  }

  @Override
  public void send(int partition, byte[] value) throws InterruptedException {
    requireHealthy();
    ProducerRecord record =
        new ProducerRecord(
            topic.value(), partition, ProducerRecord.NOW, null, ByteBuffer.wrap(value), List.of());
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

  @Override
  public void flush() throws InterruptedException {
    producer.flush();
    requireHealthy();
  }

  private void requireHealthy() {
    Throwable cause = failure.get();
    if (cause != null) {
      throw new IllegalStateException("a message was not sent: " + cause.getMessage(), cause);
    }
  }

  @Override
  public void close() {
    producer.close();
  }
}
