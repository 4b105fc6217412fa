package io.millrace.endpoint.session;

import io.millrace.protocol.stream.message.Pause;
import io.netty.buffer.ByteBuf;

/** Stops a stream or some of its partitions. */
final class PauseHandler implements MessageHandler<Pause> {
  @Override
  public void handle(StreamSession session, Pause message, ByteBuf frame) {
    RecordStream stream = session.streams().get(message.getStreamId());
    stream.onSign();
    stream.pause(message.getPartitions());
  }
}
