package io.millrace.bus;

import java.nio.ByteBuffer;

/**
 * A message from one member of the metadata log to another, which the bus does not look into.
 *
 * @param toMember key of the member that it is for: a node whose disk was wiped is another one, and
 *     must not read what was meant for the one before
 * @param bytes nobody changes them any more
 */
public record RaftMail(String toMember, ByteBuffer bytes) implements BusMessage {
  public RaftMail {
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
