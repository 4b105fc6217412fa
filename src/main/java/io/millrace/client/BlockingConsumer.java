package io.millrace.client;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TopicPartition;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Consumer} for code that may block: {@link #poll} returns the records that came, or waits
 * for some. Twice {@code max.poll.records} at most are taken from the reactive consumer ahead of
 * the polls.
 *
 * <p>Threading: one thread polls, seeks and closes; {@link #wakeup()} may be called from any. Never
 * on the consumer's own event loop.
 */
public final class BlockingConsumer implements AutoCloseable {
  private final Consumer consumer;
  private final @Nullable Vertx owned;
  private final int maxPollRecords;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition something = lock.newCondition();

  // Guarded by lock.
  private final ArrayDeque<ConsumerRecord> arrived = new ArrayDeque<>();
  private @Nullable Throwable failure;
  private boolean ended;
  private boolean woken;

  // The polling thread's.
  private final Map<TopicPartition, Long> positions = new HashMap<>();

  private BlockingConsumer(Consumer consumer, @Nullable Vertx owned) {
    this.consumer = consumer;
    this.owned = owned;
    this.maxPollRecords = consumer.settings().get(ConsumerSettings.MAX_POLL_RECORDS);
    consumer.pause();
    consumer.handler(this::onRecord);
    consumer.exceptionHandler(this::onFailure);
    consumer.endHandler(nothing -> onEnd());
    consumer.fetch(2L * maxPollRecords);
  }

  /**
   * A consumer with an event loop of its own.
   *
   * @throws StreamException INVALID_CONFIG
   */
  public static BlockingConsumer open(Map<String, String> settings) {
    ConsumerSettings.of(settings);
    Vertx vertx = OwnVertx.create();
    try {
      return new BlockingConsumer(Consumer.create(vertx, settings), vertx);
    } catch (RuntimeException e) {
      vertx.close();
      throw e;
    }
  }

  /** A consumer around one that was just made; closing this one closes that one. */
  public static BlockingConsumer of(Consumer consumer) {
    return new BlockingConsumer(consumer, null);
  }

  private void onRecord(ConsumerRecord record) {
    lock.lock();
    try {
      arrived.add(record);
      something.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void onFailure(Throwable cause) {
    lock.lock();
    try {
      failure = cause;
      something.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void onEnd() {
    lock.lock();
    try {
      ended = true;
      something.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Begins to read, in place of what was read before; waits until it is known where.
   *
   * @throws StreamException for instance UNKNOWN_TOPIC_OR_PARTITION
   */
  public void subscribe(Subscription subscription) throws InterruptedException {
    OwnVertx.requireMayBlock(consumer.isOnLoop());
    OwnVertx.await(consumer.unsubscribe());
    positions.clear();
    forget(partition -> true);
    // Asked for where nothing has been delivered yet: on the loop, as soon as it is open.
    positions.putAll(
        OwnVertx.await(consumer.subscribe(subscription).compose(opened -> consumer.positions())));
  }

  /** Drops what has arrived and was not polled, and asks for as much again. */
  private void forget(Predicate<TopicPartition> partitions) {
    int before;
    int after;
    lock.lock();
    try {
      before = arrived.size();
      arrived.removeIf(record -> partitions.test(partitionOf(record)));
      after = arrived.size();
      ended = false;
      failure = null;
    } finally {
      lock.unlock();
    }
    consumer.fetch(before - after);
  }

  private static TopicPartition partitionOf(ConsumerRecord record) {
    return ConsumerPositions.keyOf(record.topic(), record.partition());
  }

  /**
   * Returns records that came, {@code max.poll.records} at most, each once; waits for the first.
   *
   * @return empty if none came in time, or after {@link #wakeup()}
   * @throws StreamException if the subscription met an error; CLOSED when it has ended and all its
   *     records were returned
   */
  public List<ConsumerRecord> poll(Duration patience) throws InterruptedException {
    OwnVertx.requireMayBlock(consumer.isOnLoop());
    List<ConsumerRecord> polled;
    lock.lockInterruptibly();
    try {
      awaitSomething(patience.toNanos());
      polled = take();
    } finally {
      lock.unlock();
    }
    for (ConsumerRecord record : polled) {
      positions.put(partitionOf(record), record.offset() + 1);
    }
    if (!polled.isEmpty()) {
      consumer.fetch(polled.size());
    }
    return polled;
  }

  private void awaitSomething(long nanos) throws InterruptedException {
    long left = nanos;
    while (arrived.isEmpty() && failure == null && !ended && !woken && left > 0) {
      left = something.awaitNanos(left);
    }
  }

  private List<ConsumerRecord> take() {
    if (woken) {
      woken = false;
      return List.of();
    }
    Throwable cause = failure;
    if (arrived.isEmpty() && cause != null) {
      failure = null;
      throw Failures.of(cause);
    }
    if (arrived.isEmpty() && ended) {
      throw new StreamException(ErrorCode.CLOSED, "the subscription has ended");
    }
    List<ConsumerRecord> taken = new ArrayList<>(Math.min(arrived.size(), maxPollRecords));
    while (!arrived.isEmpty() && taken.size() < maxPollRecords) {
      taken.add(arrived.remove());
    }
    return taken;
  }

  /** Makes the poll that waits, or else the next one, return at once and empty. Any thread. */
  public void wakeup() {
    lock.lock();
    try {
      woken = true;
      something.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Goes elsewhere; the next poll returns records from there. */
  public void seek(StartPosition position) throws InterruptedException {
    OwnVertx.requireMayBlock(consumer.isOnLoop());
    StartPosition target = position;
    Predicate<TopicPartition> moved = partition -> true;
    if (position instanceof StartPosition.Offsets given) {
      // The others are to stay where they were polled to, not where their records have arrived.
      Map<TopicPartition, Long> all = new HashMap<>(positions);
      all.putAll(given.offsets());
      target = StartPosition.offsets(all);
      moved = all::containsKey;
    }
    Predicate<TopicPartition> dropped = moved;
    // On the loop, before the first record from there is delivered.
    positions.putAll(
        OwnVertx.await(
            consumer
                .seek(target)
                .compose(
                    sought -> {
                      forget(dropped);
                      return consumer.positions();
                    })));
  }

  /** The offset behind the last record that was polled, of each partition. */
  public Map<TopicPartition, Long> positions() {
    return Map.copyOf(positions);
  }

  /** As {@link Consumer#close()}. */
  @Override
  public void close() {
    OwnVertx.requireMayBlock(consumer.isOnLoop());
    OwnVertx.awaitAndClose(consumer.close(), owned);
  }
}
