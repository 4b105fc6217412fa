package io.millrace.endpoint.websocket;

import io.millrace.endpoint.OutboundLimit;
import io.millrace.endpoint.session.CloseCode;
import io.millrace.endpoint.session.SessionTransport;
import io.millrace.endpoint.session.StreamSession;
import io.millrace.protocol.stream.WireFormat;
import io.millrace.record.RecordSlice;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries a session over one WebSocket. Frames are written to the channel below Vert.x and below
 * the codec: their headers stand in room that {@link #newFrame} kept, and what a thousand sockets
 * share is written to each as a view, never copied. Pings to the client and the closing handshake
 * stay with Vert.x.
 *
 * <p>Threading: its socket's event loop.
 */
final class WebSocketTransport implements SessionTransport {
  private static final Logger LOG = LoggerFactory.getLogger(WebSocketTransport.class);
  private static final Buffer NO_BYTES = Buffer.buffer();

  /** A shorter shared body is cheaper copied than written as a buffer of its own. */
  private static final int MAX_COPIED_BYTES = 512;

  /** RFC 6455: a close frame's payload has 125 bytes, two of them are the code. */
  private static final int MAX_REASON_BYTES = 123;

  private final ServerWebSocket socket;
  private final ChannelHandlerContext channel;
  private final OutboundLimit outbound;
  private final FlushQueue flushes;
  private final TrafficMeters meters;
  private final int opcode;
  private @Nullable StreamSession session;
  private boolean flushQueued;
  private boolean reading = true;
  private Runnable whenReadable = () -> {};
  private boolean closed;

  /**
   * @param channel the place in the pipeline right below the frame codec
   */
  WebSocketTransport(
      ServerWebSocket socket,
      ChannelHandlerContext channel,
      OutboundLimit outbound,
      WireFormat format,
      FlushQueue flushes,
      TrafficMeters meters) {
    this.socket = socket;
    this.channel = channel;
    this.outbound = outbound;
    this.flushes = flushes;
    this.meters = meters;
    this.opcode = format == WireFormat.AVRO ? FrameHeader.BINARY : FrameHeader.TEXT;
  }

  void begin(StreamSession carried) {
    session = carried;
  }

  @Override
  public ByteBuf newFrame(int sizeHintBytes) {
    int room = FrameHeader.MAX_BYTES;
    return channel.alloc().buffer(room + sizeHintBytes).setIndex(room, room);
  }

  @Override
  public void write(ByteBuf frame) {
    FrameHeader.prepend(frame, opcode, frame.readableBytes());
    writeOut(frame);
  }

  @Override
  public void write(ByteBuf head, ByteBuf body) {
    int bodyBytes = body.readableBytes();
    if (bodyBytes <= MAX_COPIED_BYTES) {
      head.writeBytes(body, body.readerIndex(), bodyBytes);
      body.release();
      write(head);
      return;
    }
    FrameHeader.prepend(head, opcode, (long) head.readableBytes() + bodyBytes);
    writeOut(head);
    // A view of its own: sending moves the reader index.
    writeOut(body.duplicate());
  }

  @Override
  public void write(ByteBuf head, RecordSlice slice, int position, int sizeBytes) {
    ByteBuf bytes = channel.alloc().directBuffer(sizeBytes);
    try {
      ByteBuffer target = bytes.internalNioBuffer(0, sizeBytes);
      int count = slice.read(target, position);
      if (count != sizeBytes) {
        throw new IOException("the slice has " + count + " bytes, expected " + sizeBytes);
      }
      bytes.writerIndex(sizeBytes);
    } catch (IOException e) {
      LOG.error("records for a WebSocket could not be read from the log", e);
      head.release();
      bytes.release();
      close(CloseCode.INTERNAL_ERROR, CloseCode.INTERNAL_ERROR.advice());
      return;
    } finally {
      slice.release();
    }
    write(head, bytes);
  }

  private void writeOut(ByteBuf bytes) {
    if (closed) {
      bytes.release();
      return;
    }
    meters.sent(bytes.readableBytes());
    // That the connection is lost is told by the channel, not by each write.
    ChannelFuture unused = channel.write(bytes);
    if (!flushQueued) {
      flushQueued = true;
      flushes.add(this);
    }
  }

  /** Hands to the kernel what was written in this pass of the loop. */
  void flush() {
    flushQueued = false;
    channel.flush();
  }

  ChannelHandlerContext channel() {
    return channel;
  }

  @Override
  public boolean isWritable() {
    return outbound.isWritable();
  }

  @Override
  public boolean isOverfull() {
    return outbound.isExceeded();
  }

  void onWritabilityChanged() {
    if (session != null && !closed && isWritable()) {
      session.onWritable();
    }
  }

  @Override
  public void setReading(boolean wanted) {
    boolean resumed = wanted && !reading;
    reading = wanted;
    channel.channel().config().setAutoRead(wanted);
    if (resumed) {
      channel.executor().execute(whenReadable);
    }
  }

  /** Whether messages may be taken from what came. */
  boolean isReading() {
    return reading;
  }

  /** What to do when reading goes on. */
  void onReadable(Runnable action) {
    whenReadable = action;
  }

  /**
   * Answers a ping with what it carried. Vert.x would keep its pongs in a queue of its own while
   * the socket is full, where nobody sees how many wait.
   */
  void pong(ByteBuf payload) {
    ByteBuf frame = newFrame(payload.readableBytes()).writeBytes(payload);
    FrameHeader.prepend(frame, FrameHeader.PONG, frame.readableBytes());
    writeOut(frame);
  }

  @Override
  public void ping() {
    if (!closed) {
      socket.writePing(NO_BYTES);
    }
  }

  @Override
  public boolean isLasting() {
    return true;
  }

  @Override
  public void close(CloseCode code, String reason) {
    if (closed) {
      return;
    }
    closed = true;
    // Whoever does not read its messages does not stop the closing handshake from being seen.
    setReading(true);
    channel.flush();
    socket.close((short) code.code(), fitting(reason));
  }

  /** The connection is gone. */
  void onGone() {
    closed = true;
    if (session != null) {
      session.onClosed();
    }
  }

  /** As much of the text as a close frame holds, cut between characters. */
  private static String fitting(String text) {
    String cut = text;
    while (cut.getBytes(StandardCharsets.UTF_8).length > MAX_REASON_BYTES) {
      cut = cut.substring(0, cut.offsetByCodePoints(cut.length(), -1));
    }
    return cut;
  }
}
