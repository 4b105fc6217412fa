package io.millrace.bus;

import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.StreamException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * Asks members of the metadata log on other nodes for what was committed.
 *
 * <p>Threading: the loop of its {@link LoopBus}.
 */
public final class MetadataFetchClient {
  private final LoopBus loop;
  private final Map<NodeId, Sender<MetadataFetchRequest>> senders = new HashMap<>();

  public MetadataFetchClient(LoopBus loop) {
    this.loop = loop;
  }

  /**
   * Asks this node once. Fails with REQUEST_TIMED_OUT if nothing came back, with
   * LEADER_NOT_AVAILABLE if it cannot be reached or is no member, else with its own error.
   */
  public Future<ByteBuffer> ask(NodeId node, ByteBuffer question, long deadlineNanos) {
    if (loop.isClosed()) {
      return Future.failedFuture(new StreamException(ErrorCode.SHUTTING_DOWN));
    }
    Call call = new Call(deadlineNanos);
    call.correlationId = loop.await(call);
    MetadataFetchRequest request =
        new MetadataFetchRequest(call.correlationId, loop.nodeAddress(), question);
    boolean sent =
        senders
            .computeIfAbsent(node, to -> loop.bus().sender(Addresses.metadataFetch(to)))
            .send(request, mayHaveLeft -> call.fail(node));
    if (!sent) {
      senders.remove(node);
      call.fail(node);
    }
    return call.promise.future();
  }

  private final class Call implements LoopBus.Pending {
    private final Promise<ByteBuffer> promise = Promise.promise();
    private final long deadlineNanos;
    private long correlationId;

    Call(long deadlineNanos) {
      this.deadlineNanos = deadlineNanos;
    }

    private void fail(NodeId node) {
      fail(ErrorCode.LEADER_NOT_AVAILABLE, "node " + node + " cannot be reached");
    }

    private void fail(ErrorCode code, String why) {
      loop.forget(correlationId);
      promise.tryFail(new StreamException(code, why));
    }

    @Override
    public void onReply(BusReply reply) {
      if (!(reply instanceof MetadataFetchReply answer)) {
        reply.discard();
      } else if (answer.error() == ErrorCode.NONE) {
        loop.forget(correlationId);
        promise.tryComplete(answer.bytes());
      } else {
        fail(answer.error(), "the node does not tell what is committed");
      }
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
      fail(ErrorCode.REQUEST_TIMED_OUT, "the node did not answer in time");
    }
  }
}
