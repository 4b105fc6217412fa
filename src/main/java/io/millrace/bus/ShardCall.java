package io.millrace.bus;

import io.millrace.model.ErrorCode;
import java.util.function.LongFunction;

/**
 * One request to one shard: admitted, sent, answered by a reply or at its deadline. A call that was
 * answered at its deadline stays, so that the late reply gives back its admission.
 *
 * <p>Threading: the loop that made it.
 */
abstract class ShardCall implements LoopBus.Pending {
  final LoopBus loop;
  final ShardPort port;
  private final long sizeBytes;
  private long deadlineNanos;
  private long correlationId;
  private long sentNanos;
  private boolean admitted;
  private boolean answered;

  ShardCall(LoopBus loop, ShardPort port, long sizeBytes, long deadlineNanos) {
    this.loop = loop;
    this.port = port;
    this.sizeBytes = sizeBytes;
    this.deadlineNanos = deadlineNanos;
  }

  /** Sends the request, made for this correlation id, or calls {@link #refused}. */
  final void send(LongFunction<ShardRequest> request) {
    if (loop.isClosed()) {
      refuse(ErrorCode.SHUTTING_DOWN, "this server is stopping");
      return;
    }
    if (!port.admission().tryTake(sizeBytes)) {
      refuse(
          ErrorCode.THROTTLED,
          "too many requests wait for one log shard; send again a little later, or raise"
              + " shard.queue.messages or shard.queue.bytes");
      return;
    }
    admitted = true;
    correlationId = loop.await(this);
    ShardRequest made = request.apply(correlationId);
    sentNanos = port.remote() ? loop.nowNanos() : 0;
    if (port.remote() ? !port.sender().send(made, this::onLost) : !port.sender().send(made)) {
      end();
      refuse(port.closed(), port.reason());
    }
  }

  private void onLost(boolean mayHaveLeft) {
    boolean late = answered;
    end();
    if (!late) {
      answered = true;
      lost(mayHaveLeft);
    }
  }

  /** Where the answer goes. */
  final Address<LoopMail> replyTo() {
    return port.replyTo(loop);
  }

  private void refuse(ErrorCode error, String reason) {
    answered = true;
    refused(error, reason);
  }

  final long correlationId() {
    return correlationId;
  }

  final void moveDeadline(long nanos) {
    deadlineNanos = nanos;
    loop.lookAt(nanos);
  }

  /** No news are wanted, but a reply may still come; from another node it may as well never. */
  final void abandon() {
    if (port.remote()) {
      end();
    } else {
      answered = true;
    }
  }

  final boolean isAnswered() {
    return answered;
  }

  /** No reply can come any more. */
  final void end() {
    answered = true;
    giveBack();
    loop.forget(correlationId);
  }

  /** The shard has taken the request out of its queue. */
  final void giveBack() {
    if (admitted) {
      admitted = false;
      port.admission().giveBack(sizeBytes);
    }
  }

  @Override
  public final long deadlineNanos() {
    return deadlineNanos;
  }

  @Override
  public final boolean expires() {
    return !answered;
  }

  @Override
  public final void onDeadline() {
    if (!answered) {
      timedOut();
    }
  }

  @Override
  public final void onReply(BusReply reply) {
    if (admitted && port.remote()) {
      loop.bus().meters().onShardAnswer(loop.nowNanos() - sentNanos);
    }
    giveBack();
    if (answered) {
      late(reply);
    } else {
      replied(reply);
    }
  }

  /** A reply after the answer; gives back what it holds and ends the call if it is the last. */
  void late(BusReply reply) {
    end();
    reply.discard();
  }

  /** The reply; calls {@link #end} if it is the last. */
  abstract void replied(BusReply reply);

  /** The deadline has passed; calls {@link #abandon}, or moves the deadline. */
  abstract void timedOut();

  /**
   * The connection to the other node broke before the request was written to it.
   *
   * @param mayHaveLeft whether some of it may have been
   */
  void lost(boolean mayHaveLeft) {
    refused(
        ErrorCode.LEADER_NOT_AVAILABLE,
        "the connection to the node that leads this partition broke; send again a little later");
  }

  /** Nothing was sent; what the request holds is still the caller's. */
  abstract void refused(ErrorCode error, String reason);
}
