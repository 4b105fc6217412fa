package io.millrace.endpoint.session;

import io.millrace.protocol.stream.message.GetPosition;
import io.millrace.protocol.stream.message.PositionReply;
import io.netty.buffer.ByteBuf;

/** Tells a stream's position and resume token. */
final class GetPositionHandler implements MessageHandler<GetPosition> {
  @Override
  public void handle(StreamSession session, GetPosition message, ByteBuf frame) {
    RecordStream stream = session.streams().get(message.getStreamId());
    session.send(
        new PositionReply(
            message.getRequestId(),
            stream.id(),
            stream.positions(),
            stream.resumeToken().toText()));
  }
}
