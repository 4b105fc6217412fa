package io.millrace.endpoint.session;

import io.millrace.model.control.ControllerAnswer;
import io.millrace.model.control.ControllerAsk;
import io.millrace.protocol.stream.message.ClusterRebalanced;
import io.millrace.protocol.stream.message.RebalanceCluster;
import io.netty.buffer.ByteBuf;

/** Has replicas and leaders spread evenly. */
final class RebalanceClusterHandler implements MessageHandler<RebalanceCluster> {
  @Override
  public void handle(StreamSession session, RebalanceCluster message, ByteBuf frame) {
    Request request = Request.begin(session, message, frame.readableBytes());
    request.answer(
        session.loop().metadata().ask(new ControllerAsk.Rebalance()),
        answer ->
            new ClusterRebalanced(
                message.getRequestId(), ((ControllerAnswer.Done) answer).count()));
  }
}
