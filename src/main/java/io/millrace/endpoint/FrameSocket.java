package io.millrace.endpoint;

import io.millrace.record.RecordSlice;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection that carries messages, each behind its length. What one pass of the event loop
 * writes leaves with one flush; many records leave as file regions, few are copied behind what
 * precedes them, since a call of the kernel more costs more than that; so are all if there is a
 * cipher.
 *
 * <p>Threading: its channel's event loop.
 */
public final class FrameSocket {
  /** Of the length before each message. */
  public static final int LENGTH_BYTES = Integer.BYTES;

  private static final Logger LOG = LoggerFactory.getLogger(FrameSocket.class);
  private static final long CLOSE_TIMEOUT_MS = 2_000;

  /** Up to here records are copied: a few pages cost less than a send of their own. */
  private static final int FEW_BYTES = 16 * 1024;

  /** So many bytes are copied for one flush, however many few there are. */
  private static final int MOST_COPIED_BYTES = 256 * 1024;

  private final ChannelHandlerContext channel;
  private final boolean tls;
  private final OutboundLimit outbound;
  private @Nullable FrameDecoder decoder;
  private boolean flushScheduled;
  private int copiedBytes;
  private boolean reading = true;
  private boolean memoryGranted = true;
  private boolean closing;
  private Runnable whenReadable = () -> {};
  private Consumer<Boolean> whenHeldUp = heldUp -> {};

  /**
   * @param outstandingBytes beyond it the socket is not writable
   */
  FrameSocket(ChannelHandlerContext channel, boolean tls, long outstandingBytes) {
    this.channel = channel;
    this.tls = tls;
    channel.channel().config().setMessageSizeEstimator(new WholeSizeEstimator());
    this.outbound = new OutboundLimit(channel.channel(), outstandingBytes);
  }

  void decodedBy(FrameDecoder frameDecoder) {
    this.decoder = frameDecoder;
  }

  /** Whether there is a cipher, so that records are copied into memory before they are sent. */
  public boolean isTls() {
    return tls;
  }

  /** An empty message that begins with room for its length. */
  public ByteBuf newFrame(int sizeHintBytes) {
    return channel.alloc().directBuffer(LENGTH_BYTES + sizeHintBytes).writeZero(LENGTH_BYTES);
  }

  /** Sends a message made by {@link #newFrame}; takes it over. */
  public void write(ByteBuf frame) {
    begin(frame, 0);
  }

  /**
   * Sends the beginning of a message made by {@link #newFrame}; takes it over.
   *
   * @param moreBytes what {@link #append} will be given before the next message
   */
  public void begin(ByteBuf head, int moreBytes) {
    head.setInt(head.readerIndex(), head.readableBytes() - LENGTH_BYTES + moreBytes);
    send(head);
  }

  /** Goes on with the message that was begun; takes the bytes over. */
  public void append(ByteBuf more) {
    send(more);
  }

  /** Goes on with the message that was begun; takes one reference of the slice over. */
  public void append(RecordSlice slice, int position, int sizeBytes) {
    FileChannel file = slice.file();
    if (tls || (sizeBytes <= FEW_BYTES && copiedBytes + sizeBytes <= MOST_COPIED_BYTES)) {
      appendCopy(slice, position, sizeBytes);
    } else if (file != null) {
      send(new FileSliceRegion(slice, file, position, sizeBytes));
    } else {
      send(new SliceRegion(slice, position, sizeBytes));
    }
  }

  /** Into a pooled buffer. */
  private void appendCopy(RecordSlice slice, int position, int sizeBytes) {
    ByteBuf copy = channel.alloc().directBuffer(sizeBytes);
    try {
      ByteBuffer target = copy.nioBuffer(0, sizeBytes);
      while (target.hasRemaining()) {
        if (slice.read(target, (long) position + target.position()) <= 0) {
          throw new IOException("a slice of " + slice.sizeBytes() + " bytes ended early");
        }
      }
      copy.writerIndex(sizeBytes);
      copiedBytes += sizeBytes;
    } catch (IOException e) {
      LOG.warn("records could not be read, so {} is closed", channel.channel(), e);
      copy.release();
      closeNow();
      return;
    } finally {
      slice.release();
    }
    send(copy);
  }

  private void send(Object message) {
    // What fails closes the connection, which is how everybody hears of it.
    var unused = channel.write(message, channel.voidPromise());
    if (!flushScheduled) {
      flushScheduled = true;
      channel.executor().execute(this::flush);
    }
  }

  private void flush() {
    flushScheduled = false;
    copiedBytes = 0;
    channel.flush();
  }

  /** False while too much waits to be sent. */
  public boolean isWritable() {
    return outbound.isWritable();
  }

  /** Whether so much waits to be sent that no more requests are to be taken. */
  public boolean isOverfull() {
    return outbound.isExceeded();
  }

  /** Whether more frames are wanted. */
  public void setReading(boolean wanted) {
    if (wanted != reading) {
      reading = wanted;
      updateReading();
    }
  }

  /** Whether the node has room for the frame that comes. */
  void setMemoryGranted(boolean granted) {
    memoryGranted = granted;
    whenHeldUp.accept(!granted);
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

  /** Whether the peer has begun a frame and not ended it, though it could have. */
  public boolean isMidFrame() {
    return decoder != null && decoder.isMidFrame();
  }

  /** Whether any byte came since this was asked last. */
  public boolean takeProgress() {
    return decoder != null && decoder.takeProgress();
  }

  /** Reads no more, and closes once everything written so far is sent, or cannot be in time. */
  public void close() {
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
