package io.millrace.bus;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.vertx.core.Promise;
import java.util.function.LongFunction;
import java.util.function.Predicate;

/** A change of metadata, or an image for a shard, that waits for its reply. */
final class MetadataCall implements LoopBus.Pending {
  private final LoopBus loop;
  private final Promise<MetadataReply> promise;
  private final long deadlineNanos;
  private long correlationId;
  private boolean answered;

  MetadataCall(LoopBus loop, long deadlineNanos, Promise<MetadataReply> promise) {
    this.loop = loop;
    this.deadlineNanos = deadlineNanos;
    this.promise = promise;
  }

  /** Sends the message made for this correlation id; the sender says whether anybody is there. */
  <M> void send(Predicate<M> sender, LongFunction<M> request) {
    if (loop.isClosed()) {
      fail(ErrorCode.SHUTTING_DOWN, "this server is stopping");
      return;
    }
    correlationId = loop.await(this);
    if (!sender.test(request.apply(correlationId))) {
      loop.forget(correlationId);
      fail(ErrorCode.LEADER_NOT_AVAILABLE, "nobody is there to decide it; ask again shortly");
    }
  }

  @Override
  public void onReply(BusReply reply) {
    loop.forget(correlationId);
    if (answered) {
      reply.discard();
      return;
    }
    answered = true;
    if (reply instanceof MetadataReply.Failed failed) {
      promise.fail(new StreamException(failed.error(), failed.reason()));
    } else {
      promise.complete((MetadataReply) reply);
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
    if (!answered) {
      loop.forget(correlationId);
      fail(
          ErrorCode.REQUEST_TIMED_OUT,
          "there was no answer in time; the change may still be made: look before asking"
              + " again");
    }
  }

  private void fail(ErrorCode error, String reason) {
    answered = true;
    promise.fail(new StreamException(error, reason));
  }
}
