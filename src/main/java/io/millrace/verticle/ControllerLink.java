package io.millrace.verticle;

import io.millrace.bus.ControllerReply;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.StreamException;
import io.millrace.model.TimeSource;
import io.millrace.model.control.ControllerAnswer;
import io.millrace.model.control.ControllerAsk;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.ClusterImage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Finds the controller and asks it until it answers or the deadline comes. It asks again only what
 * was surely not done: refused, or never sent. What may have been done and cannot be done twice
 * without harm fails with REQUEST_TIMED_OUT instead.
 *
 * <p>Threading: the metadata verticle's context.
 */
final class ControllerLink {
  private static final long NANOS_PER_MS = 1_000_000;
  private static final int RETRY_MS = 50;
  private static final int ATTEMPT_MS = 1_000;

  private final NodeId self;
  private final ControllerService own;
  private final Peers peers;
  private final Supplier<ClusterImage> image;
  private final TimeSource time;
  private final BiConsumer<Integer, Runnable> timer;
  private Optional<NodeId> hint = Optional.empty();
  private int nextGuess;

  /** Asks another node once; see {@link io.millrace.bus.ControllerPeers}. */
  @FunctionalInterface
  interface Peers {
    Future<ControllerReply> ask(NodeId node, ControllerAsk ask, long deadlineNanos);
  }

  /**
   * @param own answers while this node is the controller
   * @param image the newest committed one that this node knows
   * @param timer runs a task on this context after so many ms
   */
  ControllerLink(
      NodeId self,
      ControllerService own,
      Peers peers,
      Supplier<ClusterImage> image,
      TimeSource time,
      BiConsumer<Integer, Runnable> timer) {
    this.self = self;
    this.own = own;
    this.peers = peers;
    this.image = image;
    this.time = time;
    this.timer = timer;
  }

  /** Completes with the answer; fails with StreamException. */
  Future<ControllerAnswer> ask(ControllerAsk ask, int timeoutMs) {
    Promise<ControllerAnswer> promise = Promise.promise();
    attempt(ask, time.monotonicNanos() + timeoutMs * NANOS_PER_MS, promise);
    return promise.future();
  }

  private void attempt(ControllerAsk ask, long deadlineNanos, Promise<ControllerAnswer> promise) {
    NodeId target = target();
    if (target.equals(self)) {
      own.answer(ask)
          .onSuccess(promise::complete)
          .onFailure(error -> onError(ask, deadlineNanos, promise, error));
      return;
    }
    long attemptEnd =
        mayRepeat(ask)
            ? Math.min(deadlineNanos, time.monotonicNanos() + ATTEMPT_MS * NANOS_PER_MS)
            : deadlineNanos;
    peers
        .ask(target, ask, attemptEnd)
        .onSuccess(reply -> onReply(ask, deadlineNanos, promise, reply))
        .onFailure(
            lost -> {
              hint = Optional.empty();
              if (mayRepeat(ask)) {
                again(ask, deadlineNanos, promise, lost);
              } else {
                promise.fail(lost);
              }
            });
  }

  private void onReply(
      ControllerAsk ask,
      long deadlineNanos,
      Promise<ControllerAnswer> promise,
      ControllerReply reply) {
    if (reply instanceof ControllerReply.Answered answered) {
      promise.complete(answered.answer());
    } else if (reply instanceof ControllerReply.Refused refused) {
      hint = refused.controller();
      onError(ask, deadlineNanos, promise, new StreamException(refused.error(), refused.reason()));
    }
  }

  private void onError(
      ControllerAsk ask, long deadlineNanos, Promise<ControllerAnswer> promise, Throwable error) {
    boolean isElsewhere =
        error instanceof StreamException known
            && (known.code() == ErrorCode.NOT_CONTROLLER
                || known.code() == ErrorCode.LEADER_NOT_AVAILABLE);
    if (isElsewhere) {
      again(ask, deadlineNanos, promise, error);
    } else {
      promise.fail(error);
    }
  }

  private void again(
      ControllerAsk ask, long deadlineNanos, Promise<ControllerAnswer> promise, Throwable last) {
    if (deadlineNanos - time.monotonicNanos() <= RETRY_MS * NANOS_PER_MS) {
      promise.fail(last);
    } else {
      timer.accept(RETRY_MS, () -> attempt(ask, deadlineNanos, promise));
    }
  }

  /** Whether asking twice is as good as once; see {@link ControllerAsk}. */
  private static boolean mayRepeat(ControllerAsk ask) {
    return !(ask instanceof ControllerAsk.CreateTopic
        || ask instanceof ControllerAsk.DeleteTopic
        || ask instanceof ControllerAsk.CreatePartitions);
  }

  /** The hint of the node that was asked last, this node, what the image says, or a guess. */
  private NodeId target() {
    if (own.isLeading()) {
      return self;
    }
    if (hint.isPresent() && !hint.get().equals(self)) {
      NodeId hinted = hint.get();
      hint = Optional.empty();
      return hinted;
    }
    List<NodeId> some = new ArrayList<>();
    image.get().controller().ifPresent(some::add);
    some.addAll(image.get().voters());
    image.get().brokers().stream()
        .filter(broker -> !broker.fenced())
        .map(BrokerImage::id)
        .forEach(some::add);
    some.removeIf(self::equals);
    // Each attempt that got nowhere looks a step further.
    return some.isEmpty() ? self : some.get(nextGuess++ % some.size());
  }
}
