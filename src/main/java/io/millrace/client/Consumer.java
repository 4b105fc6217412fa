package io.millrace.client;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TopicPartition;
import io.millrace.model.config.SettingValues;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.streams.ReadStream;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Reads records as they are written. The broker sends only what this client has room for and the
 * application has asked for: {@link #pause()}, {@link #resume()} and {@link #fetch} become credit.
 * A lost connection is replaced, and reading goes on with the record after the last one, without
 * loss or repeat.
 *
 * <p>With {@code group.id} it is a member of a consumer group: it reads the partitions that it is
 * assigned ({@link #rebalanceListener}), from where the group is, and commits how far it is. It
 * stays the same member over the next connection, but what was not committed comes again.
 *
 * <p>Records come to {@link #handler} one by one, or to {@link #chunkHandler}, which is faster.
 * Nothing is sent before one of them is set.
 *
 * <p>Threading: safe from any thread. Handlers and futures are called on the consumer's event loop:
 * the one it was made on, if it was made on one. They must not block.
 */
public final class Consumer implements ReadStream<ConsumerRecord> {
  private final Loop loop;
  private final ConsumerDelivery delivery;
  private final ConsumerStream stream;
  private final SettingValues settings;

  Consumer(SettingValues settings, Loop loop, Wire.Opener opener, RandomGenerator random) {
    this.settings = settings;
    this.loop = loop;
    this.delivery = new ConsumerDelivery(loop);
    this.stream = new ConsumerStream(settings, loop, opener, random, delivery);
    delivery.feedFrom(stream);
    loop.execute(stream.connection()::start);
  }

  /**
   * A consumer with these settings ({@link ConsumerSettings}); it connects in the background.
   *
   * @throws StreamException INVALID_CONFIG
   */
  public static Consumer create(Vertx vertx, Map<String, String> settings) {
    SettingValues values = ConsumerSettings.of(settings);
    return new Consumer(values, VertxLoop.of(vertx), Openers.of(vertx, values), new Random());
  }

  /**
   * Begins to read, in place of what was read before.
   *
   * @return completes when the broker has said where each partition begins; fails with
   *     StreamException, for instance UNKNOWN_TOPIC_OR_PARTITION; while no broker can be reached it
   *     waits, as {@code reconnect.timeout.ms} says
   */
  public Future<Void> subscribe(Subscription subscription) {
    return onLoop(
        (Promise<Void> done) -> {
          delivery.forgetPositions();
          stream.subscribe(subscription, done);
        });
  }

  /** Ends reading; records that were received and not handled are dropped. */
  public Future<Void> unsubscribe() {
    return onLoop(
        (Promise<Void> done) -> {
          stream.unsubscribe();
          delivery.forgetPositions();
          done.complete();
        });
  }

  /**
   * Goes elsewhere.
   *
   * @return completes when every record that is handled from now on is from there; fails with
   *     StreamException, and reading goes on as before
   */
  public Future<Void> seek(StartPosition position) {
    return onLoop((Promise<Void> done) -> stream.seek(position, done));
  }

  /** The offset behind the last record that was handled, of each partition. */
  public Future<Map<TopicPartition, Long>> positions() {
    return onLoop(
        (Promise<Map<TopicPartition, Long>> done) -> done.complete(delivery.delivered().offsets()));
  }

  /**
   * Text that continues behind the last record that was handled ({@link StartPosition#resume}), on
   * any node of this cluster and over any transport; fails with CLOSED before {@link #subscribe} is
   * complete.
   */
  public Future<String> resumeToken() {
    return onLoop(
        (Promise<String> done) -> {
          if (stream.isEstablished()) {
            done.complete(stream.resumeToken());
          } else {
            done.fail(Failures.closed("subscription"));
          }
        });
  }

  /**
   * Closes the connection; records that were received and not handled are dropped. A member commits
   * what was handled, with {@code enable.auto.commit}, and leaves its group.
   */
  public Future<Void> close() {
    return onLoop(
        (Promise<Void> done) -> {
          GroupMembership group = stream.group();
          Future<Void> committed = group == null ? Future.succeededFuture() : group.leave();
          committed.onComplete(
              ended -> {
                stream.close();
                done.complete();
              });
        });
  }

  /**
   * Told which partitions are assigned to this member of its group and which are taken from it; not
   * told of {@link #unsubscribe} and {@link #close}, which give all of them up.
   */
  public Consumer rebalanceListener(@Nullable RebalanceListener listener) {
    GroupMembership group = stream.group();
    if (group == null) {
      throw noGroup();
    }
    run(() -> group.listener(listener));
    return this;
  }

  /**
   * Commits the position behind the last record that was handled, of each partition that is
   * assigned.
   *
   * @return the positions that the group has now; fails with INVALID_REQUEST without {@code
   *     group.id}, with CONNECTION_LOST if nothing is known of the outcome, or with the reason why
   *     the first position was refused
   */
  public Future<Map<TopicPartition, CommittedOffset>> commit() {
    return inGroup(GroupMembership::commit);
  }

  /** Commits these positions; as {@link #commit()}. */
  public Future<Map<TopicPartition, CommittedOffset>> commit(
      Map<TopicPartition, CommittedOffset> positions) {
    Map<TopicPartition, CommittedOffset> copy = Map.copyOf(positions);
    return inGroup(group -> group.commit(copy));
  }

  private <T> Future<T> inGroup(Function<GroupMembership, Future<T>> task) {
    GroupMembership group = stream.group();
    return group == null
        ? Future.failedFuture(noGroup())
        : onLoop((Promise<T> done) -> task.apply(group).onComplete(done));
  }

  private static StreamException noGroup() {
    return new StreamException(
        ErrorCode.INVALID_REQUEST, "a consumer without group.id is in no group: set group.id");
  }

  /** What of the records that were handed over is processed; for those who process them later. */
  void processed(GroupMembership.Processed processed) {
    GroupMembership group = stream.group();
    if (group != null) {
      run(() -> group.processed(processed));
    }
  }

  boolean isInGroup() {
    return stream.group() != null;
  }

  /** Takes the records one by one. */
  @Override
  public Consumer handler(@Nullable Handler<ConsumerRecord> handler) {
    run(() -> delivery.onRecord(handler));
    return this;
  }

  /**
   * Takes the records of one partition that arrived together, at once; demand is counted in records
   * and may be exceeded by one chunk.
   */
  public Consumer chunkHandler(@Nullable Handler<RecordChunk> handler) {
    run(() -> delivery.onChunk(handler));
    return this;
  }

  /** Told of offsets that will not come. */
  public Consumer gapHandler(@Nullable Handler<ConsumerGap> handler) {
    run(() -> delivery.onGap(handler));
    return this;
  }

  /** Told each time when everything was read, after having been behind. */
  public Consumer caughtUpHandler(@Nullable Handler<ConsumerCaughtUp> handler) {
    run(() -> delivery.onCaughtUp(handler));
    return this;
  }

  /** Told of errors of the subscription; if one ends it, the end handler is called next. */
  @Override
  public Consumer exceptionHandler(@Nullable Handler<Throwable> handler) {
    run(() -> delivery.onException(handler));
    return this;
  }

  /** Told when no more records come, because the topics are gone or the broker refuses. */
  @Override
  public Consumer endHandler(@Nullable Handler<Void> handler) {
    run(() -> delivery.onEnd(handler));
    return this;
  }

  @Override
  public Consumer pause() {
    run(delivery::pause);
    return this;
  }

  @Override
  public Consumer resume() {
    run(delivery::resume);
    return this;
  }

  @Override
  public Consumer fetch(long amount) {
    if (amount < 0) {
      throw new IllegalArgumentException("fetch of " + amount + " records, expected 0 or more");
    }
    run(() -> delivery.fetch(amount));
    return this;
  }

  boolean isOnLoop() {
    return loop.isCurrent();
  }

  SettingValues settings() {
    return settings;
  }

  private void run(Runnable task) {
    if (loop.isCurrent()) {
      task.run();
    } else {
      loop.execute(task);
    }
  }

  private <T> Future<T> onLoop(java.util.function.Consumer<Promise<T>> task) {
    Promise<T> promise = Promise.promise();
    run(() -> task.accept(promise));
    return promise.future();
  }
}
