package io.millrace.endpoint.session;

import io.millrace.protocol.stream.message.Credit;
import io.netty.buffer.ByteBuf;

/** Lets a stream send more. */
final class CreditHandler implements MessageHandler<Credit> {
  @Override
  public void handle(StreamSession session, Credit message, ByteBuf frame) {
    session.streams().get(message.getStreamId()).grant(message.getRecords(), message.getBytes());
  }
}
