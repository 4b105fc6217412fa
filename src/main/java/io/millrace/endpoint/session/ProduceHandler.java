package io.millrace.endpoint.session;

import io.millrace.bus.OwnedBuffer;
import io.millrace.bus.ProduceReply;
import io.millrace.bus.ProduceRequest;
import io.millrace.model.Acks;
import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.model.image.TopicImage;
import io.millrace.protocol.stream.WireFormat;
import io.millrace.protocol.stream.message.Produce;
import io.millrace.protocol.stream.message.Produced;
import io.millrace.protocol.stream.message.ProducedRange;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;

/**
 * Appends a finished batch as it is. It is never sent to the partition a second time from here: the
 * client knows whether it may be resent. The answers of one partition come in the order of its
 * requests.
 */
final class ProduceHandler implements MessageHandler<Produce> {
  @Override
  public void handle(StreamSession session, Produce message, ByteBuf frame) {
    SessionLoop loop = session.loop();
    Acks acks = Acks.ofWire(message.getAcks());
    TopicImage topic = Topics.require(loop.image(), message.getTopic());
    PartitionId partition = Topics.requirePartition(topic, message.getPartition());
    long deadline = Request.deadline(loop, message.getTimeoutMs());
    Request request = Request.begin(session, message, frame.readableBytes());
    // The batch is the last field, so it is the end of the frame.
    int size = message.getBatch().remaining();
    OwnedBuffer batch = new OwnedBuffer(batch(session.format(), message, frame, size));
    ProduceRequest produce =
        new ProduceRequest(
            List.of(new ProduceRequest.Entry(partition, batch)),
            acks,
            loop.image().version(),
            deadline);
    loop.partitions()
        .produce(produce, reply -> answer(request, message, acks, reply.results().get(0)));
  }

  private static ByteBuf batch(WireFormat format, Produce message, ByteBuf frame, int size) {
    // In JSON it came as base64 and was decoded into memory of its own.
    return format == WireFormat.AVRO
        ? frame.retainedSlice(frame.writerIndex() - size, size)
        : Unpooled.wrappedBuffer(message.getBatch());
  }

  private static void answer(
      Request request, Produce message, Acks acks, ProduceReply.Result result) {
    if (result.error() != ErrorCode.NONE) {
      request.fail(new StreamException(result.error(), result.reason()));
    } else if (acks == Acks.NONE) {
      request.endSilently();
    } else {
      ProducedRange range =
          new ProducedRange(
              message.getPartition(), result.baseOffset(), 0, result.logAppendTimeMs(), List.of());
      request.succeed(new Produced(message.getRequestId(), List.of(range)));
    }
  }
}
