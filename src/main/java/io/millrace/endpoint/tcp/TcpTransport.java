package io.millrace.endpoint.tcp;

import io.millrace.endpoint.session.CloseCode;
import io.millrace.endpoint.session.SessionTransport;
import io.millrace.record.RecordSlice;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.WriteBufferWaterMark;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a session's messages to its socket, each behind its length. What one pass of the event
 * loop writes leaves with one flush.
 *
 * <p>Threading: its channel's event loop.
 */
final class TcpTransport implements SessionTransport {
  static final int LENGTH_BYTES = Integer.BYTES;
  private static final Logger LOG = LoggerFactory.getLogger(TcpTransport.class);
  private static final long CLOSE_TIMEOUT_MS = 2_000;

  private final ChannelHandlerContext channel;
  private final boolean tls;
  private final byte[] pingMessage;
  private final Runnable beforeFlush;
  private boolean flushScheduled;
  private boolean reading = true;
  private boolean memoryGranted = true;
  private boolean closing;
  private Runnable whenReadable = () -> {};
  private Consumer<Boolean> whenHeldUp = heldUp -> {};

  /**
   * @param outstandingBytes beyond it the transport is not writable
   * @param pingMessage an encoded ping, without its length
   * @param beforeFlush called before each flush
   */
  TcpTransport(
      ChannelHandlerContext channel,
      boolean tls,
      long outstandingBytes,
      byte[] pingMessage,
      Runnable beforeFlush) {
    this.channel = channel;
    this.tls = tls;
    this.pingMessage = pingMessage;
    this.beforeFlush = beforeFlush;
    int high = (int) Math.min(Integer.MAX_VALUE, outstandingBytes);
    channel.channel().config().setMessageSizeEstimator(new WholeSizeEstimator());
    channel.channel().config().setWriteBufferWaterMark(new WriteBufferWaterMark(high / 2, high));
  }

  @Override
  public ByteBuf newFrame(int sizeHintBytes) {
    return channel.alloc().directBuffer(LENGTH_BYTES + sizeHintBytes).writeZero(LENGTH_BYTES);
  }

  @Override
  public void write(ByteBuf frame) {
    send(frame, 0);
  }

  @Override
  public void write(ByteBuf head, ByteBuf body) {
    send(head, body.readableBytes());
    sendRest(body);
  }

  @Override
  public void write(ByteBuf head, RecordSlice slice, int position, int sizeBytes) {
    if (tls) {
      writeCopy(head, slice, position, sizeBytes);
    } else {
      send(head, sizeBytes);
      sendRest(new SliceRegion(slice, position, sizeBytes));
    }
  }

  /** A cipher needs the bytes in memory. A message is small, so one pooled buffer holds it. */
  private void writeCopy(ByteBuf head, RecordSlice slice, int position, int sizeBytes) {
    ByteBuf copy = channel.alloc().directBuffer(sizeBytes);
    try {
      ByteBuffer target = copy.nioBuffer(0, sizeBytes);
      while (target.hasRemaining()) {
        if (slice.read(target, (long) position + target.position()) <= 0) {
          throw new IOException("a slice of " + slice.sizeBytes() + " bytes ended early");
        }
      }
      copy.writerIndex(sizeBytes);
    } catch (IOException e) {
      LOG.warn("records could not be read, so {} is closed", channel.channel(), e);
      head.release();
      copy.release();
      closeNow();
      return;
    } finally {
      slice.release();
    }
    write(head, copy);
  }

  private void send(ByteBuf head, int moreBytes) {
    head.setInt(head.readerIndex(), head.readableBytes() - LENGTH_BYTES + moreBytes);
    sendRest(head);
  }

  private void sendRest(Object message) {
    // What fails closes the connection, which is how everybody hears of it.
    var unused = channel.write(message, channel.voidPromise());
    if (!flushScheduled) {
      flushScheduled = true;
      channel.executor().execute(this::flush);
    }
  }

  private void flush() {
    flushScheduled = false;
    beforeFlush.run();
    channel.flush();
  }

  @Override
  public boolean isWritable() {
    return channel.channel().isWritable();
  }

  @Override
  public void setReading(boolean reading) {
    this.reading = reading;
    updateReading();
  }

  /** Whether the node has room for the frame that comes. */
  void setMemoryGranted(boolean memoryGranted) {
    this.memoryGranted = memoryGranted;
    whenHeldUp.accept(!memoryGranted);
    updateReading();
  }

  private void updateReading() {
    boolean open = mayRead();
    boolean before = channel.channel().config().isAutoRead();
    channel.channel().config().setAutoRead(open);
    if (open && !before) {
      channel.executor().execute(whenReadable);
    }
  }

  /** Whether frames may be taken from what came. */
  boolean mayRead() {
    return reading && memoryGranted && !closing;
  }

  /** What to do when reading goes on. */
  void onReadable(Runnable action) {
    whenReadable = action;
  }

  /** Who is told that the node has no room for the frame that comes, and that it has. */
  void onHeldUp(Consumer<Boolean> listener) {
    whenHeldUp = listener;
  }

  @Override
  public void ping() {
    write(newFrame(pingMessage.length).writeBytes(pingMessage));
  }

  @Override
  public void close(CloseCode code, String reason) {
    if (closing) {
      return;
    }
    closing = true;
    updateReading();
    ChannelFuture written = channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
    var unused = written.addListener(ChannelFutureListener.CLOSE);
    // A peer that reads nothing would keep the socket open for ever.
    var unusedTimer =
        channel.executor().schedule(this::closeNow, CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS);
  }

  private void closeNow() {
    var unused = channel.close();
  }
}
