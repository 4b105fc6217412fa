package io.millrace.bus;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.vertx.core.Promise;
import java.util.Optional;

/** A question to another node's controller that waits for its answer. */
final class ControllerCall implements LoopBus.Pending {
  private final LoopBus loop;
  private final Promise<ControllerReply> promise;
  private final long deadlineNanos;
  private final long sentNanos;
  private long correlationId;

  ControllerCall(LoopBus loop, long deadlineNanos, Promise<ControllerReply> promise) {
    this.loop = loop;
    this.deadlineNanos = deadlineNanos;
    this.promise = promise;
    this.sentNanos = loop.nowNanos();
  }

  long await() {
    correlationId = loop.await(this);
    return correlationId;
  }

  @Override
  public void onReply(BusReply reply) {
    loop.forget(correlationId);
    if (reply instanceof ControllerReply answer) {
      loop.bus().meters().onControllerAnswer(loop.nowNanos() - sentNanos);
      promise.tryComplete(answer);
    } else {
      reply.discard();
    }
  }

  /** The question did not reach the other node. */
  void refuse(String reason) {
    loop.forget(correlationId);
    promise.tryComplete(
        new ControllerReply.Refused(
            correlationId, ErrorCode.LEADER_NOT_AVAILABLE, reason, Optional.empty()));
  }

  @Override
  public long deadlineNanos() {
    return deadlineNanos;
  }

  @Override
  public boolean expires() {
    return !promise.future().isComplete();
  }

  @Override
  public void onDeadline() {
    loop.forget(correlationId);
    promise.tryFail(
        new StreamException(
            ErrorCode.REQUEST_TIMED_OUT,
            "the controller did not answer in time; what was asked may still be done: look before"
                + " asking again"));
  }
}
