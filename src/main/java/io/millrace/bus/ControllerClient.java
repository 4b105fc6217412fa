package io.millrace.bus;

import io.millrace.model.control.ControllerAnswer;
import io.millrace.model.control.ControllerAsk;
import io.vertx.core.Future;
import io.vertx.core.Promise;

/**
 * Asks the controller of the cluster, wherever it is: by way of this node's MetadataVerticle, which
 * knows where. Futures complete once what was decided is committed, and seen by this node if
 * endpoints could see it; they fail with {@link io.millrace.model.StreamException}.
 *
 * <p>Threading: the loop of its {@link LoopBus}.
 */
public final class ControllerClient {
  private final LoopBus loop;
  private final Sender<MetadataRequest> sender;

  public ControllerClient(LoopBus loop) {
    this.loop = loop;
    this.sender = loop.bus().sender(Addresses.metadata());
  }

  public Future<ControllerAnswer> ask(ControllerAsk ask, int timeoutMs) {
    Promise<MetadataReply> promise = Promise.promise();
    new MetadataCall(loop, loop.nowNanos() + timeoutMs * 1_000_000L, promise)
        .send(sender::send, id -> new MetadataRequest.AskController(id, loop.address(), ask));
    return promise.future().map(reply -> ((MetadataReply.ControllerAnswered) reply).answer());
  }
}
