package io.millrace.endpoint;

import io.millrace.bus.MemoryBudget;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the bytes of a connection into frames: {@code int32 length | message}. The length is checked
 * as soon as it is there, and memory for the frame is reserved before its bytes are waited for; if
 * there is none, the socket is not read until there is.
 *
 * <p>A frame that came in one piece is a view of what was received, not a copy. For one that did
 * not there is a buffer of its size, and {@link #roomInFrame} has the rest of a large one received
 * right there. Its memory stays reserved until its last reference is let go ({@link
 * ReservedFrame}), or the connection closes before it is whole.
 *
 * <p>Threading: its channel's event loop.
 */
final class FrameDecoder extends ChannelInboundHandlerAdapter {
  private static final int NO_LENGTH = -1;

  /** Of less than that the rest is copied: it often comes together with the next frame. */
  private static final int WORTH_RECEIVING_ALONE_BYTES = 32 * 1024;

  private final FrameSocket socket;
  private final MemoryBudget memory;
  private final IntSupplier maxFrameBytes;
  private final Consumer<StreamException> onMalformed;
  private final ReceivedBytes received = new ReceivedBytes();
  private MemoryBudget.@Nullable Reservation reservation;
  private @Nullable ByteBuf frame;
  private int length = NO_LENGTH;
  private int lengthBytes;
  private int lengthSoFar;
  private boolean broken;
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
          cut(context);
          context.fireChannelReadComplete();
        });
  }

  /**
   * One more reference of the frame whose rest is to be received behind its writer index, and then
   * handed to {@link #channelRead}; null if what comes next belongs into a buffer of its own.
   */
  @Nullable ByteBuf roomInFrame() {
    ByteBuf begun = frame;
    return begun != null
            && received.isEmpty()
            && begun.writableBytes() >= WORTH_RECEIVING_ALONE_BYTES
        ? begun.retain()
        : null;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    progress |= bytes.isReadable();
    if (isFrame(bytes)) {
      bytes.release(); // What came is where it belongs.
    } else {
      received.add(bytes);
    }
    cut(context);
  }

  @SuppressWarnings("ReferenceEquality") // Not one with the same bytes.
  private boolean isFrame(ByteBuf bytes) {
    return bytes == frame;
  }

  private void cut(ChannelHandlerContext context) {
    boolean more = true;
    while (more && !broken && socket.mayRead()) {
      more = length == NO_LENGTH ? readLength(context) : readFrame(context);
    }
    if (broken) {
      received.release();
    }
  }

  /** False if there is nothing more to be done now. */
  private boolean readLength(ChannelHandlerContext context) {
    while (lengthBytes < FrameSocket.LENGTH_BYTES && !received.isEmpty()) {
      lengthSoFar = lengthSoFar << Byte.SIZE | received.readByte();
      lengthBytes++;
    }
    if (lengthBytes < FrameSocket.LENGTH_BYTES) {
      return false;
    }
    lengthBytes = 0;
    return begin(lengthSoFar, context);
  }

  /** False if there is nothing more to be done now. */
  private boolean readFrame(ChannelHandlerContext context) {
    ByteBuf whole = frame;
    if (whole == null && received.hasInOne(length)) {
      whole = received.readView(length);
    } else {
      if (whole == null) {
        whole = context.alloc().directBuffer(length, length);
        frame = whole;
      }
      received.moveTo(whole);
      if (whole.isWritable()) {
        return false;
      }
    }
    MemoryBudget.Reservation mine = reservation;
    if (mine == null) {
      throw new IllegalStateException("a frame without memory");
    }
    reservation = null;
    frame = null;
    length = NO_LENGTH;
    arrivingNanos = 0;
    context.fireChannelRead(new ReservedFrame(context.alloc(), whole, mine));
    return true;
  }

  /** Whether a frame has begun whose last byte is not there, though it could have been read. */
  boolean isMidFrame() {
    return socket.mayRead()
        && !broken
        && (length != NO_LENGTH || lengthBytes > 0 || !received.isEmpty());
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

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    giveUp();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    giveUp();
    context.fireChannelInactive();
  }

  private void giveUp() {
    broken = true;
    received.release();
    ByteBuf begun = frame;
    frame = null;
    if (begun != null) {
      begun.release();
    }
    MemoryBudget.Reservation mine = reservation;
    reservation = null;
    if (mine != null) {
      mine.release();
    }
  }
}
