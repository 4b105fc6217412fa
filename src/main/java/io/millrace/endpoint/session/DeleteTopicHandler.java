package io.millrace.endpoint.session;

import io.millrace.model.image.TopicImage;
import io.millrace.protocol.stream.message.DeleteTopic;
import io.millrace.protocol.stream.message.TopicChanged;
import io.netty.buffer.ByteBuf;

/** Deletes a topic. */
final class DeleteTopicHandler implements MessageHandler<DeleteTopic> {
  @Override
  public void handle(StreamSession session, DeleteTopic message, ByteBuf frame) {
    TopicImage topic = Topics.require(session.loop().image(), message.getTopic());
    Request request = Request.begin(session, message, frame.readableBytes());
    request.answer(
        session.loop().metadata().deleteTopic(topic.name()),
        deleted ->
            new TopicChanged(
                message.getRequestId(), topic.name().value(), topic.id().toString(), 0));
  }
}
