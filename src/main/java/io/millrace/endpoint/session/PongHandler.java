package io.millrace.endpoint.session;

import io.millrace.protocol.stream.message.Pong;
import io.netty.buffer.ByteBuf;

/** Its coming is all there is to it. */
final class PongHandler implements MessageHandler<Pong> {
  @Override
  public void handle(StreamSession session, Pong message, ByteBuf frame) {
    session.onSignOfLife();
  }
}
