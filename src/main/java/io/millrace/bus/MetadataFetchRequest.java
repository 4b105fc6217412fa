package io.millrace.bus;

import java.nio.ByteBuffer;

/**
 * Asks a member of the metadata log for what was committed; answered by {@link MetadataFetchReply}.
 *
 * @param bytes the question, which the bus does not look into
 */
public record MetadataFetchRequest(long correlationId, Address<LoopMail> replyTo, ByteBuffer bytes)
    implements BusMessage {
  public MetadataFetchRequest {
    bytes = bytes.slice();
  }

  /** The bytes, in a buffer of the caller's own. */
  @Override
  public ByteBuffer bytes() {
    return bytes.duplicate();
  }

  @Override
  public long sizeBytes() {
    return bytes.remaining();
  }
}
