package io.millrace.bus;

import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import java.util.Set;

/**
 * How one family of messages travels between nodes. A new family is one class of this, its {@link
 * WireKind}s, and a line in {@link BusCodec}.
 *
 * <p>Threading: any thread.
 */
interface MessageWire {
  /** The kinds of frames that it writes; no two families share one. */
  Set<WireKind> kinds();

  /** Whether the message is of this family. */
  boolean writes(BusMessage message);

  /**
   * Appends the message's frame, which begins with {@link BusCodec#appendHeader}. What the message
   * holds is given back, also if this fails.
   */
  void encode(Buffer out, BusMessage message);

  /**
   * The message of a frame of one of the kinds; leaves nothing unread.
   *
   * @param records what stands behind the envelope
   * @throws io.millrace.model.StreamException if the bytes are not what {@link #encode} writes
   */
  BusMessage decode(WireKind kind, ByteBuf envelope, ByteBuf records);
}
