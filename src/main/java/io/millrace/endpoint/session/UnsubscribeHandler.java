package io.millrace.endpoint.session;

import io.millrace.protocol.stream.message.Unsubscribe;
import io.millrace.protocol.stream.message.Unsubscribed;
import io.netty.buffer.ByteBuf;

/** Closes a stream. */
final class UnsubscribeHandler implements MessageHandler<Unsubscribe> {
  @Override
  public void handle(StreamSession session, Unsubscribe message, ByteBuf frame) {
    RecordStream stream = session.streams().get(message.getStreamId());
    session.streams().remove(stream);
    session.send(new Unsubscribed(stream.id(), ""));
  }
}
