package io.millrace.endpoint.session;

import io.millrace.model.Acks;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.image.TopicImage;
import io.millrace.protocol.stream.message.ProduceRecords;
import io.netty.buffer.ByteBuf;

/** Appends plain records, in their order per partition. */
final class ProduceRecordsHandler implements MessageHandler<ProduceRecords> {
  @Override
  public void handle(StreamSession session, ProduceRecords message, ByteBuf frame) {
    SessionLoop loop = session.loop();
    TopicImage topic = Topics.require(loop.image(), message.getTopic());
    Acks acks = Acks.ofWire(message.getAcks());
    if (message.getRecords().isEmpty()) {
      throw new StreamException(ErrorCode.INVALID_REQUEST, "produceRecords has no record");
    }
    PlainRequest plain = new PlainRequest(session, message, topic, acks);
    plain.begin(frame);
  }
}
