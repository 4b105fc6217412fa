package io.millrace.endpoint;

import io.millrace.bus.MemoryBudget;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the bytes of a connection into frames: {@code int32 length | message}. The length is checked
 * as soon as it is there, and memory for the frame is reserved before its bytes are waited for; if
 * there is none, the socket is not read until there is.
 *
 * <p>A frame is a view of what was received, not a copy. Its memory stays reserved until its last
 * reference is let go ({@link ReservedFrame}), or the connection closes before it is whole.
 *
 * <p>Threading: its channel's event loop.
 */
final class FrameDecoder extends ByteToMessageDecoder {
  private static final int NO_LENGTH = -1;

  private final FrameSocket socket;
  private final MemoryBudget memory;
  private final IntSupplier maxFrameBytes;
  private final Consumer<StreamException> onMalformed;
  private MemoryBudget.@Nullable Reservation reservation;
  private int length = NO_LENGTH;
  private boolean broken;
  private boolean removed;
  private int waitingBytes;
  private boolean progress;
  private long arrivingNanos;

  FrameDecoder(
      FrameSocket socket,
      MemoryBudget memory,
      IntSupplier maxFrameBytes,
      Consumer<StreamException> onMalformed) {
    this.socket = socket;
    this.memory = memory;
    this.maxFrameBytes = maxFrameBytes;
    this.onMalformed = onMalformed;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    socket.onReadable(
        () -> {
          // Whole frames may be waiting for nothing but this.
          if (!removed) {
            decodeWaiting(context);
          }
        });
  }

  private void decodeWaiting(ChannelHandlerContext context) {
    try {
      channelRead(context, Unpooled.EMPTY_BUFFER);
    } catch (Exception e) {
      context.fireExceptionCaught(e);
    }
    context.fireChannelReadComplete();
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    if (broken) {
      in.skipBytes(in.readableBytes());
      return;
    }
    progress |= in.readableBytes() > waitingBytes;
    waitingBytes = in.readableBytes();
    if (!socket.mayRead()) {
      return;
    }
    if (length == NO_LENGTH
        && (in.readableBytes() < FrameSocket.LENGTH_BYTES || !begin(in.readInt(), context))) {
      return;
    }
    if (socket.mayRead() && in.readableBytes() >= length) {
      MemoryBudget.Reservation mine = reservation;
      if (mine == null) {
        throw new IllegalStateException("a frame without memory");
      }
      reservation = null;
      out.add(new ReservedFrame(context.alloc(), in.readRetainedSlice(length), mine));
      length = NO_LENGTH;
      arrivingNanos = 0;
    }
    waitingBytes = in.readableBytes();
  }

  /** Whether a frame has begun whose last byte is not there, though it could have been read. */
  boolean isMidFrame() {
    return socket.mayRead() && !broken && (waitingBytes > 0 || length != NO_LENGTH);
  }

  /**
   * Counts time that passed towards the frame that arrives, unless the server itself does not read.
   *
   * @return how long the peer has let that frame be waited for in all; 0 if there is none
   */
  long waitedNanos(long passedNanos) {
    if (isMidFrame()) {
      arrivingNanos += passedNanos;
    }
    return arrivingNanos;
  }

  /** Whether bytes came since this was asked last. */
  boolean takeProgress() {
    boolean came = progress;
    progress = false;
    return came;
  }

  /** Checks a length and asks for its memory; false if nothing more is to be read. */
  private boolean begin(int frameBytes, ChannelHandlerContext context) {
    int max = maxFrameBytes.getAsInt();
    if (frameBytes <= 0 || frameBytes > max) {
      broken = true;
      onMalformed.accept(
          frameBytes > 0
              ? new StreamException(
                  ErrorCode.FRAME_TOO_LARGE,
                  "a frame of " + frameBytes + " bytes is announced, the limit is " + max)
              : new StreamException(
                  ErrorCode.INVALID_REQUEST,
                  "a frame of "
                      + frameBytes
                      + " bytes is announced; a frame is a 32-bit big-endian length above 0, then"
                      + " so many bytes"));
      return false;
    }
    length = frameBytes;
    MemoryBudget.Reservation asked =
        memory.reserve(
            frameBytes, () -> context.executor().execute(() -> socket.setMemoryGranted(true)));
    reservation = asked;
    if (!asked.grantedAtOnce()) {
      socket.setMemoryGranted(false);
    }
    return true;
  }

  /**
   * As the decoder that this extends would, but it never reads by itself while reading is stopped.
   */
  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    discardSomeReadBytes();
    context.fireChannelReadComplete();
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext context) {
    giveUp();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    giveUp();
    super.channelInactive(context);
  }

  private void giveUp() {
    removed = true;
    broken = true;
    MemoryBudget.Reservation mine = reservation;
    reservation = null;
    if (mine != null) {
      mine.release();
    }
  }
}
