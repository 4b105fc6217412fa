package io.millrace.endpoint.session;

import io.millrace.model.TopicName;
import io.millrace.protocol.stream.message.CreateTopic;
import io.netty.buffer.ByteBuf;

/** Creates a topic. */
final class CreateTopicHandler implements MessageHandler<CreateTopic> {
  @Override
  public void handle(StreamSession session, CreateTopic message, ByteBuf frame) {
    TopicName name = new TopicName(message.getTopic());
    Request request = Request.begin(session, message, frame.readableBytes());
    request.answer(
        session
            .loop()
            .metadata()
            .createTopic(
                name, message.getPartitions(), message.getSettings(), message.getValidateOnly()),
        topic -> Descriptions.topicChanged(message.getRequestId(), topic));
  }
}
