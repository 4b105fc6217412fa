package io.millrace.endpoint.session;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupRequest.OffsetCommit;
import io.millrace.protocol.stream.message.OffsetsReset;
import io.millrace.protocol.stream.message.ResetOffsets;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/** Sets positions of a group without members. */
final class ResetOffsetsHandler implements MessageHandler<ResetOffsets> {
  @Override
  public void handle(StreamSession session, ResetOffsets message, ByteBuf frame) {
    List<OffsetCommit> offsets =
        message.getOffsets().stream().map(GroupPositions::toCommit).toList();
    GroupRequest.CommitOffsets commit =
        new GroupRequest.CommitOffsets(
            message.getGroup(),
            new GroupRequest.Member("", Optional.empty()),
            GroupRequest.NO_GENERATION,
            offsets);
    Request request = Request.begin(session, message, frame.readableBytes());
    request.answer(
        new GroupQuestions(session.loop())
            .ask(commit)
            .recover(cause -> Future.failedFuture(hasMembers(message.getGroup(), cause))),
        done ->
            new OffsetsReset(
                message.getRequestId(),
                message.getGroup(),
                GroupPositions.committed(offsets, done.partitions())));
  }

  private static StreamException hasMembers(String group, Throwable cause) {
    StreamException known = GroupMembership.known(cause);
    boolean refusedToStrangers =
        known.code() == ErrorCode.UNKNOWN_MEMBER_ID
            || known.code() == ErrorCode.ILLEGAL_GENERATION
            || known.code() == ErrorCode.STALE_MEMBER_EPOCH;
    return refusedToStrangers
        ? new StreamException(
            ErrorCode.NON_EMPTY_GROUP,
            "group '" + group + "' has members, whose commits would undo this; stop them first")
        : known;
  }
}
