package io.millrace.endpoint.session;

import io.millrace.protocol.stream.message.InitProducer;
import io.millrace.protocol.stream.message.ProducerInitialized;
import io.netty.buffer.ByteBuf;

/** Gives out a producer id. */
final class InitProducerHandler implements MessageHandler<InitProducer> {
  @Override
  public void handle(StreamSession session, InitProducer message, ByteBuf frame) {
    Request request = Request.begin(session, message, frame.readableBytes());
    request.answer(
        session.loop().metadata().allocateProducerId(),
        id -> new ProducerInitialized(message.getRequestId(), id, 0));
  }
}
