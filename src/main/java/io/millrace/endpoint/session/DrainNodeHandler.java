package io.millrace.endpoint.session;

import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.StreamException;
import io.millrace.model.control.ControllerAsk;
import io.millrace.model.image.ReplicationSummary;
import io.millrace.protocol.stream.message.DrainNode;
import io.millrace.protocol.stream.message.NodeChanged;
import io.netty.buffer.ByteBuf;

/** Has the replicas of a node move elsewhere. */
final class DrainNodeHandler implements MessageHandler<DrainNode> {
  @Override
  public void handle(StreamSession session, DrainNode message, ByteBuf frame) {
    if (message.getNodeId() < 0) {
      throw new StreamException(
          ErrorCode.INVALID_REQUEST, "nodeId is " + message.getNodeId() + ", expected 0 or larger");
    }
    NodeId node = new NodeId(message.getNodeId());
    Request request = Request.begin(session, message, frame.readableBytes());
    request.answer(
        session.loop().metadata().ask(new ControllerAsk.DrainBroker(node, message.getDraining())),
        done ->
            new NodeChanged(
                message.getRequestId(),
                message.getNodeId(),
                message.getDraining(),
                ReplicationSummary.of(session.loop().image()).of(node).replicas()));
  }
}
