package io.millrace.bus;

import io.millrace.model.NodeId;
import io.millrace.model.control.ControllerAsk;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.Map;

/**
 * Asks other nodes what only the controller decides; a node that is not the controller says so, and
 * who is.
 *
 * <p>Threading: the loop of its {@link LoopBus}.
 */
public final class ControllerPeers {
  private final LoopBus loop;
  private final Map<NodeId, Sender<ControllerRequest>> senders = new HashMap<>();

  public ControllerPeers(LoopBus loop) {
    this.loop = loop;
  }

  /**
   * Asks this node once.
   *
   * @return refused with LEADER_NOT_AVAILABLE if it cannot be reached: it has not seen the
   *     question. Fails with REQUEST_TIMED_OUT if nothing came back: it may have
   */
  public Future<ControllerReply> ask(NodeId node, ControllerAsk ask, long deadlineNanos) {
    Promise<ControllerReply> promise = Promise.promise();
    ControllerCall call = new ControllerCall(loop, deadlineNanos, promise);
    long id = call.await();
    ControllerRequest request = new ControllerRequest(id, loop.nodeAddress(), ask, deadlineNanos);
    boolean sent =
        senders
            .computeIfAbsent(node, to -> loop.bus().sender(Addresses.controller(to)))
            .send(request, mayHaveLeft -> lost(call, node, mayHaveLeft));
    if (!sent) {
      lost(call, node, false);
    }
    return promise.future();
  }

  private void lost(ControllerCall call, NodeId node, boolean mayHaveLeft) {
    senders.remove(node);
    if (mayHaveLeft) {
      call.onDeadline();
      return;
    }
    call.refuse("node " + node + " cannot be reached");
  }
}
