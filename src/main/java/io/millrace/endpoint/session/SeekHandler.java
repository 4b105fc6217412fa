package io.millrace.endpoint.session;

import io.millrace.protocol.stream.message.Seek;
import io.millrace.protocol.stream.message.Sought;
import io.netty.buffer.ByteBuf;

/** Moves a stream's position. */
final class SeekHandler implements MessageHandler<Seek> {
  @Override
  public void handle(StreamSession session, Seek message, ByteBuf frame) {
    RecordStream stream = session.streams().get(message.getStreamId());
    StartSpec start = StartSpec.of(message);
    stream.onSign();
    Request request = Request.begin(session, message, frame.readableBytes());
    request.answer(
        stream.seek(start),
        positions -> new Sought(message.getRequestId(), stream.id(), positions),
        stream::pump);
  }
}
