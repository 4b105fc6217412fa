package io.millrace.bus;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.vertx.core.Future;
import io.vertx.core.Promise;

/**
 * Asks other nodes who they are.
 *
 * <p>Threading: the loop of its {@link LoopBus}.
 */
public final class BusHelloClient {
  private final LoopBus loop;

  public BusHelloClient(LoopBus loop) {
    this.loop = loop;
  }

  /** Fails with REQUEST_TIMED_OUT or LEADER_NOT_AVAILABLE if the node does not answer. */
  public Future<HelloReply> ask(String key, long deadlineNanos) {
    Call call = new Call(deadlineNanos);
    call.send(key);
    return call.promise.future();
  }

  private final class Call implements LoopBus.Pending {
    private final Promise<HelloReply> promise = Promise.promise();
    private final long deadlineNanos;
    private long correlationId;

    Call(long deadlineNanos) {
      this.deadlineNanos = deadlineNanos;
    }

    void send(String key) {
      correlationId = loop.await(this);
      HelloRequest request = new HelloRequest(correlationId, loop.nodeAddress());
      if (!loop.bus().sender(Addresses.hello(key)).send(request, mayHaveLeft -> fail())) {
        fail();
      }
    }

    private void fail() {
      loop.forget(correlationId);
      promise.tryFail(
          new StreamException(ErrorCode.LEADER_NOT_AVAILABLE, "the node cannot be reached"));
    }

    @Override
    public void onReply(BusReply reply) {
      loop.forget(correlationId);
      promise.tryComplete((HelloReply) reply);
    }

    @Override
    public long deadlineNanos() {
      return deadlineNanos;
    }

    @Override
    public boolean expires() {
      return true;
    }

    @Override
    public void onDeadline() {
      loop.forget(correlationId);
      promise.tryFail(
          new StreamException(ErrorCode.REQUEST_TIMED_OUT, "the node did not answer in time"));
    }
  }
}
