package io.millrace.endpoint;

import io.millrace.model.StreamException;
import io.netty.buffer.ByteBuf;

/**
 * The owner of a connection that carries frames.
 *
 * <p>Threading: called on the connection's event loop.
 */
public interface FrameHandler {
  /** One whole frame came, without its length; takes over the frame. */
  void onFrame(ByteBuf frame);

  /** The bytes are no frames, or the connection is one too many: to be closed, with this reason. */
  void onMalformed(StreamException reason);

  /** The socket took what waited: {@link FrameSocket#isWritable} holds again. */
  void onWritable();

  /** The connection is closed, by whomever; the last call. */
  void onClosed();

  /** The node has no room for the frame that comes, or has it again. */
  default void setHeldUp(boolean heldUp) {}

  /** The largest frame accepted at the moment. */
  int maxFrameBytes();
}
