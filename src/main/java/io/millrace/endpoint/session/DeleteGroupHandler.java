package io.millrace.endpoint.session;

import io.millrace.model.group.GroupRequest;
import io.millrace.protocol.stream.message.DeleteGroup;
import io.millrace.protocol.stream.message.GroupDeleted;
import io.netty.buffer.ByteBuf;

/** Deletes a group without members. */
final class DeleteGroupHandler implements MessageHandler<DeleteGroup> {
  @Override
  public void handle(StreamSession session, DeleteGroup message, ByteBuf frame) {
    Request request = Request.begin(session, message, frame.readableBytes());
    request.answer(
        new GroupQuestions(session.loop()).ask(new GroupRequest.DeleteGroup(message.getGroup())),
        done -> new GroupDeleted(message.getRequestId(), message.getGroup()));
  }
}
