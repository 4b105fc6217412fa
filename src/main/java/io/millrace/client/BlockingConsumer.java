package io.millrace.client;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
  private final ArrayDeque<Runnable> rebalances = new ArrayDeque<>(); // For the polling thread.

  // The polling thread's.
  private final Map<TopicPartition, Long> positions = new HashMap<>();
  private RebalanceListener listener = new RebalanceListener() {};
  private final PolledProgress progress = new PolledProgress();

  private BlockingConsumer(Consumer consumer, @Nullable Vertx owned) {
    this.consumer = consumer;
    this.owned = owned;
    this.maxPollRecords = consumer.settings().get(ConsumerSettings.MAX_POLL_RECORDS);
    consumer.pause();
    consumer.handler(this::onRecord);
    consumer.exceptionHandler(this::onFailure);
    consumer.endHandler(nothing -> onEnd());
    if (consumer.isInGroup()) {
      consumer.processed(progress);
      consumer.rebalanceListener(new Rebalancing());
    }
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
    progress.clear();
    forgetRebalances();
    forget(partition -> true);
    // Asked for where nothing has been delivered yet: on the loop, as soon as it is open.
    positions.putAll(
        OwnVertx.await(consumer.subscribe(subscription).compose(opened -> consumer.positions())));
  }

  /** Drops what has arrived and was not polled, and asks for as much again. */
  private void forget(Predicate<TopicPartition> partitions) {
    lock.lock();
    try {
      ended = false;
      failure = null;
    } finally {
      lock.unlock();
    }
    drop(partitions);
  }

  private void drop(Predicate<TopicPartition> partitions) {
    int before;
    int after;
    lock.lock();
    try {
      before = arrived.size();
      arrived.removeIf(record -> partitions.test(partitionOf(record)));
      after = arrived.size();
    } finally {
      lock.unlock();
    }
    consumer.fetch(before - after);
  }

  private static TopicPartition partitionOf(ConsumerRecord record) {
    return ConsumerPositions.keyOf(record.topic(), record.partition());
  }

  /**
   * Returns records that came, {@code max.poll.records} at most, each once; waits for the first. In
   * a group it says that those of the polls before are processed: they may be committed, and their
   * partitions given up.
   *
   * @return empty if none came in time, or after {@link #wakeup()}
   * @throws StreamException if the subscription met an error; CLOSED when it has ended and all its
   *     records were returned
   */
  public List<ConsumerRecord> poll(Duration patience) throws InterruptedException {
    return poll(patience, maxPollRecords);
  }

  /** As {@link #poll(Duration)}, but no more than so many records, 1 or more. */
  public List<ConsumerRecord> poll(Duration patience, int maxRecords) throws InterruptedException {
    OwnVertx.requireMayBlock(consumer.isOnLoop());
    progress.onPoll(positions);
    List<ConsumerRecord> polled;
    try {
      polled = pollOnce(patience.toNanos(), Math.min(maxRecords, maxPollRecords));
    } finally {
      progress.onPolled();
    }
    for (ConsumerRecord record : polled) {
      positions.put(partitionOf(record), record.offset() + 1);
    }
    if (!polled.isEmpty()) {
      consumer.fetch(polled.size());
    }
    return polled;
  }

  private List<ConsumerRecord> pollOnce(long nanos, int maxRecords) throws InterruptedException {
    long left = nanos;
    lock.lockInterruptibly();
    try {
      while (true) {
        rebalance();
        if (!arrived.isEmpty() || failure != null || ended || woken || left <= 0) {
          return take(maxRecords);
        }
        left = something.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Tells the application what happened, without the lock. */
  private void rebalance() {
    for (Runnable next = rebalances.poll(); next != null; next = rebalances.poll()) {
      lock.unlock();
      try {
        next.run();
      } finally {
        lock.lock();
      }
    }
  }

  private void forgetRebalances() {
    lock.lock();
    try {
      rebalances.clear();
    } finally {
      lock.unlock();
    }
  }

  private void onRebalance(Runnable told) {
    lock.lock();
    try {
      rebalances.add(told);
      something.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Tells it to the application when it polls; what it has not polled by then it never sees. */
  private final class Rebalancing implements RebalanceListener {
    @Override
    public void onAssigned(Map<TopicPartition, Long> assigned) {
      progress.begin(assigned);
      onRebalance(
          () -> {
            positions.putAll(assigned);
            listener.onAssigned(assigned);
          });
    }

    @Override
    public Future<Void> onRevoked(Set<TopicPartition> partitions) {
      drop(partitions::contains);
      Promise<Void> letGo = Promise.promise();
      onRebalance(
          () -> {
            Future<Void> worked = Future.succeededFuture();
            try {
              worked = listener.onRevoked(partitions);
            } finally {
              positions.keySet().removeAll(partitions);
              worked.onComplete(done -> letGo.complete());
            }
          });
      return letGo.future();
    }

    @Override
    public void onLost(Set<TopicPartition> partitions) {
      drop(partitions::contains);
      onRebalance(
          () -> {
            positions.keySet().removeAll(partitions);
            listener.onLost(partitions);
          });
    }
  }

  /**
   * Told of assigned and revoked partitions while {@link #poll} is called; what it throws, poll
   * throws. To be set before {@link #subscribe}.
   */
  public void rebalanceListener(RebalanceListener told) {
    listener = told;
  }

  /**
   * Commits the position behind the last record that was polled, of each partition that is
   * assigned.
   *
   * @return the positions that the group has now
   * @throws StreamException as {@link Consumer#commit()} fails
   */
  public Map<TopicPartition, CommittedOffset> commit() throws InterruptedException {
    OwnVertx.requireMayBlock(consumer.isOnLoop());
    progress.reached(positions);
    return OwnVertx.await(consumer.commit());
  }

  private List<ConsumerRecord> take(int maxRecords) {
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
    List<ConsumerRecord> taken = new ArrayList<>(Math.min(arrived.size(), maxRecords));
    while (!arrived.isEmpty() && taken.size() < maxRecords) {
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

  /** As {@link Consumer#close()}; what was polled counts as processed. */
  @Override
  public void close() {
    OwnVertx.requireMayBlock(consumer.isOnLoop());
    progress.reached(positions);
    OwnVertx.awaitAndClose(consumer.close(), owned);
  }
}
