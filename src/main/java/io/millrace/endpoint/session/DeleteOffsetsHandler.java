package io.millrace.endpoint.session;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.group.GroupRequest;
import io.millrace.protocol.stream.message.DeleteOffsets;
import io.millrace.protocol.stream.message.OffsetsDeleted;
import io.netty.buffer.ByteBuf;
import java.util.List;

/** Deletes positions of a group that none of its members needs. */
final class DeleteOffsetsHandler implements MessageHandler<DeleteOffsets> {
  @Override
  public void handle(StreamSession session, DeleteOffsets message, ByteBuf frame) {
    if (message.getPartitions().isEmpty()) {
      throw new StreamException(
          ErrorCode.INVALID_REQUEST,
          "no partitions are named; deleteGroup deletes all positions of a group");
    }
    List<TopicPartition> partitions =
        message.getPartitions().stream()
            .map(one -> new TopicPartition(new TopicName(one.getTopic()), one.getPartition()))
            .toList();
    Request request = Request.begin(session, message, frame.readableBytes());
    request.answer(
        new GroupQuestions(session.loop())
            .ask(new GroupRequest.DeleteOffsets(message.getGroup(), partitions)),
        deleted ->
            new OffsetsDeleted(
                message.getRequestId(),
                message.getGroup(),
                deleted.partitions().stream().map(GroupPositions::deleted).toList()));
  }
}
