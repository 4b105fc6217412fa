package io.millrace.endpoint.session;

import io.millrace.model.group.GroupRequest.OffsetCommit;
import io.millrace.protocol.stream.message.Commit;
import io.millrace.protocol.stream.message.Committed;
import io.netty.buffer.ByteBuf;
import java.util.List;

/** Commits positions of a group's stream. */
final class CommitHandler implements MessageHandler<Commit> {
  @Override
  public void handle(StreamSession session, Commit message, ByteBuf frame) {
    RecordStream stream = session.streams().get(message.getStreamId());
    GroupStream member = stream.requireGroup();
    List<OffsetCommit> offsets = member.toCommit(message.getOffsets());
    Request request = Request.begin(session, message, frame.readableBytes());
    request.answer(
        member.commit(offsets),
        positions -> new Committed(message.getRequestId(), stream.id(), positions));
  }
}
