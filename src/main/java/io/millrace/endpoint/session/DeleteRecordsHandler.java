package io.millrace.endpoint.session;

import io.millrace.bus.OffsetsReply;
import io.millrace.bus.OffsetsRequest;
import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.model.image.TopicImage;
import io.millrace.protocol.stream.message.DeleteRecords;
import io.millrace.protocol.stream.message.RecordsDeleted;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Future;
import java.util.List;

/** Raises a partition's log start offset. */
final class DeleteRecordsHandler implements MessageHandler<DeleteRecords> {
  private static final long HIGH_WATERMARK = -1;

  @Override
  public void handle(StreamSession session, DeleteRecords message, ByteBuf frame) {
    SessionLoop loop = session.loop();
    TopicImage topic = Topics.require(loop.image(), message.getTopic());
    PartitionId partition = Topics.requirePartition(topic, message.getPartition());
    long deadline = loop.inMs(loop.limits().requestTimeoutMs());
    Request request = Request.begin(session, message, frame.readableBytes());
    request.answer(
        before(loop, partition, message.getBeforeOffset(), deadline)
            .compose(offset -> loop.partitions().deleteRecords(partition, offset, deadline)),
        start -> new RecordsDeleted(message.getRequestId(), start));
  }

  private static Future<Long> before(
      SessionLoop loop, PartitionId partition, long offset, long deadline) {
    if (offset != HIGH_WATERMARK) {
      return Future.succeededFuture(offset);
    }
    OffsetsRequest.Entry latest = new OffsetsRequest.Entry(partition, OffsetsRequest.LATEST);
    return loop.partitions()
        .offsets(new OffsetsRequest(List.of(latest), loop.image().version(), deadline))
        .map(
            reply -> {
              OffsetsReply.Result result = reply.results().get(0);
              if (result.error() != ErrorCode.NONE) {
                throw new StreamException(result.error(), result.reason());
              }
              return result.highWatermark();
            });
  }
}
