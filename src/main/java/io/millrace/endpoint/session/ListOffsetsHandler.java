package io.millrace.endpoint.session;

import io.millrace.bus.OffsetsReply;
import io.millrace.bus.OffsetsRequest;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.image.TopicImage;
import io.millrace.protocol.stream.message.ListOffsets;
import io.millrace.protocol.stream.message.ListedOffset;
import io.millrace.protocol.stream.message.OffsetsListed;
import io.millrace.protocol.stream.message.StreamPartition;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** Finds offsets by time. */
final class ListOffsetsHandler implements MessageHandler<ListOffsets> {
  @Override
  public void handle(StreamSession session, ListOffsets message, ByteBuf frame) {
    SessionLoop loop = session.loop();
    if (message.getTimestampMs() < OffsetsRequest.EARLIEST) {
      throw new StreamException(
          ErrorCode.INVALID_REQUEST,
          "timestampMs is "
              + message.getTimestampMs()
              + ", expected -1 for latest, -2 for earliest, or a time");
    }
    List<OffsetsRequest.Entry> entries = new ArrayList<>();
    for (StreamPartition named : message.getPartitions()) {
      TopicImage topic = Topics.require(loop.image(), named.getTopic());
      entries.add(
          new OffsetsRequest.Entry(
              Topics.requirePartition(topic, named.getPartition()), message.getTimestampMs()));
    }
    long deadline = loop.inMs(loop.limits().requestTimeoutMs());
    Request request = Request.begin(session, message, frame.readableBytes());
    request.answer(
        loop.partitions().offsets(new OffsetsRequest(entries, loop.image().version(), deadline)),
        reply -> toMessage(message, reply));
  }

  private static OffsetsListed toMessage(ListOffsets message, OffsetsReply reply) {
    List<ListedOffset> offsets = new ArrayList<>();
    for (int i = 0; i < reply.results().size(); i++) {
      StreamPartition named = message.getPartitions().get(i);
      OffsetsReply.Result result = reply.results().get(i);
      offsets.add(
          new ListedOffset(
              named.getTopic(),
              named.getPartition(),
              result.offset(),
              result.timestampMs(),
              result.error().id()));
    }
    return new OffsetsListed(message.getRequestId(), offsets);
  }
}
