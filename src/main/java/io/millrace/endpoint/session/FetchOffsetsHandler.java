package io.millrace.endpoint.session;

import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.group.GroupRequest;
import io.millrace.protocol.stream.message.FetchOffsets;
import io.millrace.protocol.stream.message.OffsetsFetched;
import io.netty.buffer.ByteBuf;
import java.util.List;

/** Tells a group's committed positions. */
final class FetchOffsetsHandler implements MessageHandler<FetchOffsets> {
  @Override
  public void handle(StreamSession session, FetchOffsets message, ByteBuf frame) {
    List<TopicPartition> partitions =
        message.getPartitions().stream()
            .map(one -> new TopicPartition(new TopicName(one.getTopic()), one.getPartition()))
            .toList();
    GroupRequest.FetchOffsets question =
        new GroupRequest.FetchOffsets(
            message.getGroup(),
            null,
            GroupRequest.NO_GENERATION,
            partitions.isEmpty() ? null : partitions,
            false);
    Request request = Request.begin(session, message, frame.readableBytes());
    request.answer(
        new GroupQuestions(session.loop()).ask(question),
        fetched ->
            new OffsetsFetched(
                message.getRequestId(),
                message.getGroup(),
                fetched.offsets().stream().map(GroupPositions::fetched).toList()));
  }
}
