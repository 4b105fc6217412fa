package io.millrace.client;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.config.SettingValues;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.streams.WriteStream;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends records to topics: collects them in a batch for each partition, sends the batches in the
 * background over one connection, again after errors that pass, and tells where each record is. An
 * idempotent producer (the default) writes each record once, in the order in which it was given for
 * its partition, whatever happens to connections and brokers meanwhile.
 *
 * <p>What a record's future says: success, that it is written as {@code acks} asks; failure with
 * UNKNOWN_OUTCOME, that it may or may not be written; any other failure, that it is not written.
 *
 * <p>No method blocks. {@code buffer.memory} bounds what waits: when it is used up, records are
 * refused with BUFFER_EXHAUSTED; {@link #stream()} pushes back before that, and {@link
 * BlockingProducer} waits.
 *
 * <p>Threading: safe from any thread. Futures and callbacks are called on the producer's event
 * loop: the one it was made on, if it was made on one. They must not block.
 */
public final class Producer {
  private static final Logger LOG = LoggerFactory.getLogger(Producer.class);
  private static final long EXPIRY_TICK_MS = 100;

  private final SettingValues settings;
  private final Loop loop;
  private final BufferMemory memory;
  private final RecordSender sender;
  private final ProducerTopics topics;
  private final FlushWaits flushes;
  private final AtomicBoolean closing = new AtomicBoolean();
  private final Promise<Void> closed = Promise.promise();
  private boolean ended; // The loop's.
  private final Completable<RecordMetadata> forgotten;
  private volatile java.util.function.Consumer<Throwable> onForgottenFailure =
      failure -> LOG.warn("A record was not sent: {}", failure.getMessage());

  Producer(
      SettingValues settings,
      Partitioner partitioner,
      Loop loop,
      Wire.Opener opener,
      RandomGenerator random) {
    this.settings = settings;
    this.loop = loop;
    BatchLimits limits = BatchLimits.of(settings);
    this.memory =
        new BufferMemory(settings.get(ProducerSettings.BUFFER_MEMORY), limits.arrayBytes());
    Backoff retryBackoff =
        new Backoff(
            settings.get(ProducerSettings.RETRY_BACKOFF_MS),
            settings.get(ProducerSettings.RETRY_BACKOFF_MAX_MS),
            random);
    this.sender =
        new RecordSender(settings, loop, opener, random, retryBackoff, new SenderEvents());
    this.flushes =
        new FlushWaits(
            () -> sender.senders().stream().flatMap(each -> each.batches().stream()).toList());
    this.topics =
        new ProducerTopics(
            settings, partitioner, memory, loop, sender, retryBackoff, flushes::onTopicsChanged);
    this.forgotten =
        (metadata, failure) -> {
          if (failure != null) {
            onForgottenFailure.accept(failure);
          }
        };
    loop.execute(this::start);
  }

  /**
   * A producer with these settings ({@link ProducerSettings}); it connects in the background.
   *
   * @throws StreamException INVALID_CONFIG
   */
  public static Producer create(Vertx vertx, Map<String, String> settings) {
    SettingValues values = ProducerSettings.of(settings);
    return create(
        vertx, settings, Partitioners.named(values.get(ProducerSettings.PARTITIONER_CLASS)));
  }

  /** As the other one, with a partitioner instead of {@code partitioner.class}. */
  public static Producer create(
      Vertx vertx, Map<String, String> settings, Partitioner partitioner) {
    SettingValues values = ProducerSettings.of(settings);
    return new Producer(
        values, partitioner, VertxLoop.of(vertx), Openers.of(vertx, values), new Random());
  }

  private void start() {
    sender.connection().start();
    loop.schedule(EXPIRY_TICK_MS, this::tick);
    scheduleRefresh();
  }

  private void tick() {
    if (!closed.future().isComplete()) {
      topics.expire();
      sender.expire();
      loop.schedule(EXPIRY_TICK_MS, this::tick);
    }
  }

  private void scheduleRefresh() {
    loop.schedule(
        settings.get(ProducerSettings.METADATA_MAX_AGE_MS),
        () -> {
          if (!closing.get()) {
            topics.refreshAll();
            scheduleRefresh();
          }
        });
  }

  /** Sends a record; what the future says stands at the class. */
  public Future<RecordMetadata> send(ProducerRecord record) {
    Promise<RecordMetadata> promise = Promise.promise();
    send(record, promise);
    return promise.future();
  }

  /**
   * Sends a record and calls back: with its metadata, or with a {@link StreamException}. The
   * callback may be called before this returns, if the record is refused at once.
   */
  public void send(ProducerRecord record, Completable<RecordMetadata> callback) {
    StreamException refusal;
    try {
      refusal = topics.offer(record, callback) ? null : Failures.exhausted(memory);
    } catch (RuntimeException e) {
      refusal = Failures.of(e);
    }
    if (refusal != null) {
      callback.complete(null, refusal);
    }
  }

  /** Sends a record that nobody waits for; see {@link #onForgottenFailure}. */
  public void sendAndForget(ProducerRecord record) {
    send(record, forgotten);
  }

  /** Called for each record of {@link #sendAndForget} that fails; until set, they are logged. */
  public Producer onForgottenFailure(java.util.function.Consumer<Throwable> handler) {
    onForgottenFailure = handler;
    return this;
  }

  /**
   * Takes a record in if there is room.
   *
   * @return false if buffer.memory is used up; nothing is called back then
   * @throws StreamException if the record can never be sent
   */
  boolean offer(ProducerRecord record, Completable<RecordMetadata> callback) {
    return topics.offer(record, callback);
  }

  /** Waits for the room that a record may need; not on an event loop. */
  boolean awaitRoom(ProducerRecord record, long nanos) throws InterruptedException {
    return memory.awaitRoom(topics.memoryFor(record), nanos);
  }

  boolean isOnLoop() {
    return loop.isCurrent();
  }

  SettingValues settings() {
    return settings;
  }

  BufferMemory memory() {
    return memory;
  }

  Loop loop() {
    return loop;
  }

  /**
   * Sends what waits without letting it linger.
   *
   * @return completes when every record that was given before is acknowledged or failed; it does
   *     not fail
   */
  public Future<Void> flush() {
    Promise<Void> done = Promise.promise();
    loop.execute(
        () -> {
          sender.beginHurry();
          flushes.add(
              topics.withParked(),
              () -> {
                sender.endHurry();
                done.complete();
              });
        });
    return done.future();
  }

  /** Closes and waits for as long as {@code delivery.timeout.ms}. */
  public Future<Void> close() {
    return close(Duration.ofMillis(settings.get(ProducerSettings.DELIVERY_TIMEOUT_MS)));
  }

  /**
   * Takes no more records, sends what waits, then closes the connection.
   *
   * @param patience after it, the records that are left fail
   * @return completes when everything is done; fails with REQUEST_TIMED_OUT if records were left
   */
  public Future<Void> close(Duration patience) {
    if (closing.compareAndSet(false, true)) {
      topics.refuse();
      loop.schedule(
          Math.max(0, patience.toMillis()),
          () ->
              end(
                  new StreamException(
                      ErrorCode.REQUEST_TIMED_OUT,
                      "records were left when the producer was closed after "
                          + patience.toMillis()
                          + " ms")));
      flush().onComplete(flushed -> end(null));
    }
    return closed.future();
  }

  private void end(@org.jspecify.annotations.Nullable StreamException cause) {
    if (ended) {
      return;
    }
    ended = true;
    StreamException why = Failures.closed("producer");
    topics.close(why);
    sender.close(why);
    if (cause == null) {
      closed.tryComplete();
    } else {
      closed.tryFail(cause);
    }
  }

  /** Bytes of buffer.memory that are in use. */
  public long bufferedBytes() {
    return memory.reservedBytes();
  }

  /**
   * The producer as a stream to write to, which is full while more than half of {@code
   * buffer.memory} is in use (or another amount, see {@link WriteStream#setWriteQueueMaxSize}).
   */
  public WriteStream<ProducerRecord> stream() {
    return new ProducerStream(this);
  }

  /** What the sender notices. */
  private final class SenderEvents implements RecordSender.Listener {
    @Override
    public void onConnected() {
      // Brokers may have changed while there was no connection.
      topics.refreshAll();
    }

    @Override
    public void onTopicInDoubt(String topic) {
      topics.refresh(topic);
    }
  }

  /** How long delivery may take, in nanoseconds, for those who wait. */
  long deliveryTimeoutNanos() {
    return TimeUnit.MILLISECONDS.toNanos(settings.get(ProducerSettings.DELIVERY_TIMEOUT_MS));
  }
}
