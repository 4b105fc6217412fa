package io.millrace.bus;

import io.millrace.model.ErrorCode;
import java.nio.ByteBuffer;

/**
 * What a member of the metadata log has for one that follows it.
 *
 * @param error why it has nothing to say, LEADER_NOT_AVAILABLE if it is no member; NONE with an
 *     answer
 * @param bytes the answer, which the bus does not look into; empty with an error
 */
public record MetadataFetchReply(long correlationId, ErrorCode error, ByteBuffer bytes)
    implements BusReply {
  public MetadataFetchReply {
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
