package io.millrace.endpoint.session;

import io.millrace.model.TopicName;
import io.millrace.protocol.stream.message.AlterTopic;
import io.netty.buffer.ByteBuf;

/** Changes settings of a topic. */
final class AlterTopicHandler implements MessageHandler<AlterTopic> {
  @Override
  public void handle(StreamSession session, AlterTopic message, ByteBuf frame) {
    TopicName name = new TopicName(message.getTopic());
    Request request = Request.begin(session, message, frame.readableBytes());
    request.answer(
        session.loop().metadata().alterTopic(name, message.getSettings()),
        topic -> Descriptions.topicChanged(message.getRequestId(), topic));
  }
}
