package io.millrace.bus;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.vertx.core.Promise;
import java.util.function.LongFunction;

/**
 * One question to the group coordinators of a node: admitted, sent, answered by a reply or at its
 * deadline. After a deadline the coordinators are told to forget it, and answer that; only then is
 * its admission given back.
 *
 * <p>Threading: the loop that made it.
 */
final class GroupCall implements LoopBus.Pending {
  private final LoopBus loop;
  private final CoordinatorPort port;
  private final Admission admission;
  private final long sizeBytes;
  private final long deadlineNanos;
  private final Promise<CoordinatorReply> promise;
  private long correlationId;
  private boolean answered;
  private boolean ended;

  GroupCall(
      LoopBus loop,
      CoordinatorPort port,
      Admission admission,
      long sizeBytes,
      long deadlineNanos,
      Promise<CoordinatorReply> promise) {
    this.loop = loop;
    this.port = port;
    this.admission = admission;
    this.sizeBytes = sizeBytes;
    this.deadlineNanos = deadlineNanos;
    this.promise = promise;
  }

  /** Where the answer goes. */
  Address<LoopMail> replyTo() {
    return port.remote() ? loop.nodeAddress() : loop.address();
  }

  /** Sends the request made for this correlation id. */
  void send(LongFunction<CoordinatorRequest> request) {
    if (loop.isClosed()) {
      fail(ErrorCode.SHUTTING_DOWN, "this server is stopping");
      return;
    }
    if (!admission.tryTake(sizeBytes)) {
      fail(
          ErrorCode.THROTTLED,
          "too many requests wait for the group coordinators; send again a little later, or raise"
              + " group.coordinator.pending.requests or group.coordinator.pending.bytes");
      return;
    }
    correlationId = loop.await(this);
    if (!port.sender().send(request.apply(correlationId), this::lost)) {
      end();
      fail(
          ErrorCode.COORDINATOR_NOT_AVAILABLE,
          port.remote()
              ? "the node that coordinates the group cannot be reached; ask again shortly"
              : "no group coordinator runs on this node; ask again shortly");
    }
  }

  /** The connection broke while the question was under way. */
  private void lost(boolean mayHaveLeft) {
    end();
    if (answered) {
      return;
    }
    // Not coordinator means to those who ask: look for it again, it may have been done.
    fail(
        mayHaveLeft ? ErrorCode.NOT_COORDINATOR : ErrorCode.COORDINATOR_NOT_AVAILABLE,
        "the connection to the node that coordinates the group broke; look for it again");
  }

  /** Nobody waits any more. */
  void forget() {
    if (answered) {
      return;
    }
    answered = true;
    boolean told = port.sender().send(new CoordinatorRequest.Forget(correlationId, replyTo()));
    if (!told || port.remote()) {
      end(); // From another node an answer may never come.
    }
  }

  private void end() {
    if (!ended) {
      ended = true;
      loop.forget(correlationId);
      admission.giveBack(sizeBytes);
    }
  }

  @Override
  public void onReply(BusReply reply) {
    end();
    if (answered) {
      reply.discard();
      return;
    }
    answered = true;
    if (reply instanceof CoordinatorReply.Failed failed) {
      promise.fail(new StreamException(failed.error(), failed.reason()));
    } else {
      promise.complete((CoordinatorReply) reply);
    }
  }

  @Override
  public long deadlineNanos() {
    return deadlineNanos;
  }

  @Override
  public boolean expires() {
    return !answered;
  }

  @Override
  public void onDeadline() {
    if (answered) {
      return;
    }
    forget();
    fail(
        ErrorCode.REQUEST_TIMED_OUT,
        "the group coordinator did not answer in time; what was asked for may have been done");
  }

  /** Answers without having asked. */
  void fail(ErrorCode error, String reason) {
    answered = true;
    promise.fail(new StreamException(error, reason));
  }
}
