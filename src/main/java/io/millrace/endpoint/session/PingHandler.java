package io.millrace.endpoint.session;

import io.millrace.protocol.stream.message.Ping;
import io.millrace.protocol.stream.message.Pong;
import io.netty.buffer.ByteBuf;

/** Answers a sign of life with one. */
final class PingHandler implements MessageHandler<Ping> {
  @Override
  public void handle(StreamSession session, Ping message, ByteBuf frame) {
    session.send(new Pong(message.getNonce()));
  }
}
