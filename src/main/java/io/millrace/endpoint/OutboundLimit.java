package io.millrace.endpoint;

import io.netty.channel.Channel;
import io.netty.channel.WriteBufferWaterMark;

/**
 * How much may wait to be sent on a connection. Records stop at {@code
 * connection.outstanding.bytes}; requests are taken up to twice that, so that a client which reads
 * slowly can still say that it wants less, and then no more until it has read.
 *
 * <p>Invariant, apart from the answers to requests in flight and one message of records: {@code
 * bytes waiting <= 2 * outstandingBytes}.
 *
 * <p>Threading: its channel's event loop.
 */
public final class OutboundLimit {
  private final Channel channel;
  private final long exceededBytes;

  /**
   * Makes the channel tell, by its writability, when it has more than {@code outstandingBytes} to
   * send, and when it is down to half of that.
   *
   * @param outstandingBytes above 0
   */
  public OutboundLimit(Channel channel, long outstandingBytes) {
    int high = (int) Math.min(Integer.MAX_VALUE, outstandingBytes);
    int low = high / 2;
    channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(low, high));
    this.channel = channel;
    this.exceededBytes = 2L * high - low;
  }

  /** Whether more records may be written. */
  public boolean isWritable() {
    return channel.isWritable();
  }

  /** Whether no more requests are to be taken until {@link #isWritable} holds again. */
  public boolean isExceeded() {
    // The channel says how much is too much for it to be writable, counted from the lower mark.
    return channel.bytesBeforeWritable() > exceededBytes;
  }
}
