package io.millrace.client;

import io.millrace.model.StreamException;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Producer} for code that may block: {@link #send} waits while {@code buffer.memory} is
 * used up, for {@code max.block.ms} at most; {@code send(...).get()} waits for the acknowledgement.
 *
 * <p>Threading: any thread but an event loop. Futures are completed on the producer's event loop.
 */
public final class BlockingProducer implements AutoCloseable {
  private final Producer producer;
  private final @Nullable Vertx owned;

  private BlockingProducer(Producer producer, @Nullable Vertx owned) {
    this.producer = producer;
    this.owned = owned;
  }

  /**
   * A producer with an event loop of its own.
   *
   * @throws StreamException INVALID_CONFIG
   */
  public static BlockingProducer open(Map<String, String> settings) {
    ProducerSettings.of(settings);
    Vertx vertx = OwnVertx.create();
    try {
      return new BlockingProducer(Producer.create(vertx, settings), vertx);
    } catch (RuntimeException e) {
      vertx.close();
      throw e;
    }
  }

  /** A producer around one that exists; closing this one closes that one. */
  public static BlockingProducer of(Producer producer) {
    return new BlockingProducer(producer, null);
  }

  /** The reactive producer behind this one. */
  public Producer reactive() {
    return producer;
  }

  /**
   * Gives a record to the producer.
   *
   * @return completes as {@link Producer#send} says
   * @throws StreamException BUFFER_EXHAUSTED if there was no room for max.block.ms; or why the
   *     record can never be sent
   * @throws InterruptedException if the thread is interrupted while it waits for room
   */
  public CompletableFuture<RecordMetadata> send(ProducerRecord record) throws InterruptedException {
    OwnVertx.requireMayBlock(producer.isOnLoop());
    Acknowledgement acknowledgement = new Acknowledgement();
    if (!producer.offer(record, acknowledgement)) {
      offerWhenThereIsRoom(record, acknowledgement);
    }
    return acknowledgement;
  }

  private void offerWhenThereIsRoom(ProducerRecord record, Acknowledgement acknowledgement)
      throws InterruptedException {
    int maxBlockMs = producer.settings().get(ProducerSettings.MAX_BLOCK_MS);
    long deadline = producer.loop().nanoTime() + TimeUnit.MILLISECONDS.toNanos(maxBlockMs);
    do {
      if (!producer.awaitRoom(record, deadline - producer.loop().nanoTime())) {
        throw Failures.exhausted(producer.memory());
      }
    } while (!producer.offer(record, acknowledgement));
  }

  /** Waits until every record that was given before is acknowledged or failed. */
  public void flush() throws InterruptedException {
    OwnVertx.requireMayBlock(producer.isOnLoop());
    OwnVertx.await(producer.flush());
  }

  /** As {@link Producer#close()}. */
  @Override
  public void close() {
    close(Duration.ofNanos(producer.deliveryTimeoutNanos()));
  }

  /**
   * As {@link Producer#close(Duration)}.
   *
   * @throws StreamException REQUEST_TIMED_OUT if records were left
   */
  public void close(Duration patience) {
    OwnVertx.requireMayBlock(producer.isOnLoop());
    Future<Void> closed = producer.close(patience);
    OwnVertx.awaitAndClose(closed, owned);
  }

  /** What a send returns, which the producer completes itself: one object for each record. */
  private static final class Acknowledgement extends CompletableFuture<RecordMetadata>
      implements Completable<RecordMetadata> {
    @Override
    public void complete(RecordMetadata metadata, @Nullable Throwable failure) {
      if (failure == null) {
        complete(metadata);
      } else {
        completeExceptionally(failure);
      }
    }
  }
}
