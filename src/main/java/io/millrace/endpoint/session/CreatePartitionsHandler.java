package io.millrace.endpoint.session;

import io.millrace.model.TopicName;
import io.millrace.protocol.stream.message.CreatePartitions;
import io.netty.buffer.ByteBuf;

/** Adds partitions to a topic. */
final class CreatePartitionsHandler implements MessageHandler<CreatePartitions> {
  @Override
  public void handle(StreamSession session, CreatePartitions message, ByteBuf frame) {
    TopicName name = new TopicName(message.getTopic());
    Request request = Request.begin(session, message, frame.readableBytes());
    request.answer(
        session.loop().metadata().createPartitions(name, message.getTotalPartitions()),
        topic -> Descriptions.topicChanged(message.getRequestId(), topic));
  }
}
