package io.millrace.client;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.streams.WriteStream;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A producer as a stream to write to, for pipes. A write's future completes when the record is
 * acknowledged; who writes on while the queue is full gets BUFFER_EXHAUSTED in the end.
 *
 * <p>Threading: as the producer's.
 */
final class ProducerStream implements WriteStream<ProducerRecord> {
  private final Producer producer;
  private final AtomicReference<@Nullable Handler<Void>> drain = new AtomicReference<>();
  private volatile long maxBytes;
  private volatile @Nullable Handler<Throwable> onFailure;

  ProducerStream(Producer producer) {
    this.producer = producer;
    this.maxBytes = producer.memory().totalBytes() / 2;
    producer.memory().onRelease(this::onRelease);
  }

  @Override
  public WriteStream<ProducerRecord> exceptionHandler(@Nullable Handler<Throwable> handler) {
    onFailure = handler;
    return this;
  }

  @Override
  public Future<Void> write(ProducerRecord record) {
    return producer.send(record).onFailure(this::failed).mapEmpty();
  }

  private void failed(Throwable failure) {
    Handler<Throwable> handler = onFailure;
    if (handler != null) {
      handler.handle(failure);
    }
  }

  /** Ends the stream and closes the producer. */
  @Override
  public Future<Void> end() {
    return producer.close();
  }

  /** In bytes; what is above {@code buffer.memory} is as much as it. */
  @Override
  public WriteStream<ProducerRecord> setWriteQueueMaxSize(int maxSize) {
    maxBytes = Math.min(maxSize, producer.memory().totalBytes());
    return this;
  }

  @Override
  public boolean writeQueueFull() {
    return producer.memory().reservedBytes() >= maxBytes;
  }

  /** Called once, on the producer's loop, when half of the queue is free again. */
  @Override
  public WriteStream<ProducerRecord> drainHandler(@Nullable Handler<Void> handler) {
    drain.set(handler);
    if (handler != null) {
      onRelease();
    }
    return this;
  }

  private void onRelease() {
    if (drain.get() != null && producer.memory().reservedBytes() <= maxBytes / 2) {
      Handler<Void> handler = drain.getAndSet(null);
      if (handler != null) {
        producer.loop().execute(() -> handler.handle(null));
      }
    }
  }
}
