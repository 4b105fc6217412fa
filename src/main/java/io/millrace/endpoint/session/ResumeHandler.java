package io.millrace.endpoint.session;

import io.millrace.protocol.stream.message.Resume;
import io.netty.buffer.ByteBuf;

/** Lets a stream or some of its partitions go on. */
final class ResumeHandler implements MessageHandler<Resume> {
  @Override
  public void handle(StreamSession session, Resume message, ByteBuf frame) {
    RecordStream stream = session.streams().get(message.getStreamId());
    stream.onSign();
    stream.resume(message.getPartitions());
  }
}
