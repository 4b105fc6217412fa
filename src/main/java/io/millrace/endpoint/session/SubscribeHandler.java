package io.millrace.endpoint.session;

import io.millrace.protocol.stream.message.Subscribe;
import io.netty.buffer.ByteBuf;

/** Opens a stream. */
final class SubscribeHandler implements MessageHandler<Subscribe> {
  @Override
  public void handle(StreamSession session, Subscribe message, ByteBuf frame) {
    session.streams().subscribe(message, false);
  }
}
