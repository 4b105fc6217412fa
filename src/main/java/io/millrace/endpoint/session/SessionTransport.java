package io.millrace.endpoint.session;

import io.millrace.record.RecordSlice;
import io.netty.buffer.ByteBuf;

/**
 * What carries a session's messages to its client. Messages arrive in the order they are written,
 * or the connection ends; nothing is reported back per message. Writing to a closed transport
 * releases what was given and does nothing else.
 *
 * <p>Threading: called on the session's event loop only.
 */
public interface SessionTransport {
  /**
   * An empty buffer to encode one message into. The transport may have reserved room for its
   * framing in front: only append. It ends in exactly one {@code write}, or is released.
   */
  ByteBuf newFrame(int sizeHintBytes);

  /** Sends one whole message; takes over the frame. */
  void write(ByteBuf frame);

  /**
   * Sends one message whose end is shared with other clients; takes over both references. The body
   * is not to be changed.
   */
  void write(ByteBuf head, ByteBuf body);

  /**
   * Sends one message that ends with {@code sizeBytes} of a slice, from {@code position} on; takes
   * over the head and one reference of the slice.
   */
  void write(ByteBuf head, RecordSlice slice, int position, int sizeBytes);

  /**
   * Whether the socket keeps up: false while more than {@code connection.outstanding.bytes} wait to
   * be sent, bytes of slices included. When it turns true the transport calls {@link
   * StreamSession#onWritable}.
   */
  boolean isWritable();

  /**
   * Whether the client has left so much unread, about twice {@code connection.outstanding.bytes},
   * that no more of its requests are to be taken until {@link StreamSession#onWritable} is called.
   */
  boolean isOverfull();

  /** Stops and resumes reading from the socket; what came already waits until it is resumed. */
  void setReading(boolean reading);

  /** Asks the peer for a sign of life, which is passed to {@link StreamSession#onSignOfLife}. */
  void ping();

  /** Whether it carries requests one after the other, not just one and its answer. */
  boolean isLasting();

  /** Sends what was written before, then closes. */
  void close(CloseCode code, String reason);
}
