package io.millrace.endpoint.session;

import io.millrace.protocol.stream.message.Released;
import io.netty.buffer.ByteBuf;

/** Lets others have what was revoked. */
final class ReleasedHandler implements MessageHandler<Released> {
  @Override
  public void handle(StreamSession session, Released message, ByteBuf frame) {
    session.streams().get(message.getStreamId()).requireGroup().released(message.getPartitions());
  }
}
