package io.millrace.endpoint.session;

import io.netty.buffer.ByteBuf;
import org.apache.avro.specific.SpecificRecord;

/**
 * Handles one kind of message. A StreamException that it throws is answered as an {@code error}
 * with the message's request or stream id; the session goes on.
 *
 * <p>Threading: the session's event loop; handlers keep no state of a session.
 */
interface MessageHandler<T extends SpecificRecord> {
  /**
   * @param frame what the message was read from, released by the caller: retain what is kept
   */
  void handle(StreamSession session, T message, ByteBuf frame);
}
