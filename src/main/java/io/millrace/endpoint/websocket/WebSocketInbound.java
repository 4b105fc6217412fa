package io.millrace.endpoint.websocket;

import io.millrace.endpoint.session.StreamSession;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Takes messages out of the pipeline before Vert.x sees them, joins those that came in fragments,
 * and hands them to the session without a copy. Pings are answered here, other control frames go on
 * to Vert.x, which answers the closing handshake. While the session is not to be read, all of what
 * came waits, in order; that is what one read of the socket brought.
 *
 * <p>Invariant: the joined fragments are at most {@code maxMessageBytes}.
 *
 * <p>Threading: its socket's event loop.
 */
final class WebSocketInbound extends ChannelInboundHandlerAdapter {
  /** Fragments of one message; more are an attack on memory, each costs an object. */
  private static final int MAX_FRAGMENTS = 1_024;

  private final ContextInternal vertxContext;
  private final WebSocketTransport transport;
  private final StreamSession session;
  private final TrafficMeters meters;
  private final boolean text;
  private final int maxMessageBytes;
  private final ArrayDeque<Object> waiting = new ArrayDeque<>();
  private @Nullable CompositeByteBuf fragments;
  private boolean refused;

  /**
   * @param vertxContext what the session's calls run in, as if Vert.x had made them
   */
  WebSocketInbound(
      ContextInternal vertxContext,
      WebSocketTransport transport,
      StreamSession session,
      TrafficMeters meters,
      boolean text,
      int maxMessageBytes) {
    this.vertxContext = vertxContext;
    this.transport = transport;
    this.session = session;
    this.meters = meters;
    this.text = text;
    this.maxMessageBytes = maxMessageBytes;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    transport.onReadable(() -> readWaiting(context));
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    waiting.add(message);
    readWaiting(context);
  }

  private void readWaiting(ChannelHandlerContext context) {
    ContextInternal before = vertxContext.beginDispatch();
    try {
      while (transport.isReading() && !waiting.isEmpty()) {
        read(context, waiting.remove());
      }
    } finally {
      vertxContext.endDispatch(before);
    }
  }

  private void read(ChannelHandlerContext context, Object message) {
    if (message instanceof TextWebSocketFrame || message instanceof BinaryWebSocketFrame) {
      onFrame(context, (WebSocketFrame) message, message instanceof TextWebSocketFrame);
    } else if (message instanceof ContinuationWebSocketFrame frame) {
      onContinuation(frame);
    } else if (message instanceof PingWebSocketFrame ping) {
      onPing(ping);
    } else {
      if (message instanceof PongWebSocketFrame) {
        session.onSignOfLife();
      }
      context.fireChannelRead(message);
    }
  }

  private void onPing(PingWebSocketFrame ping) {
    try {
      transport.pong(ping.content());
      session.onTransportAnswered();
    } finally {
      ping.release();
    }
  }

  private void onFrame(ChannelHandlerContext context, WebSocketFrame frame, boolean isText) {
    ByteBuf content = frame.content();
    meters.received(content.readableBytes());
    if (refused) {
      content.release();
    } else if (isText != text) {
      content.release();
      refuse(
          ErrorCode.INVALID_REQUEST,
          text
              ? "a binary frame came, and sub-protocol millrace.json.v1 has text frames"
              : "a text frame came, and sub-protocol millrace.avro.v1 has binary frames");
    } else if (frame.isFinalFragment()) {
      session.onFrame(content);
    } else {
      CompositeByteBuf joined = context.alloc().compositeBuffer(MAX_FRAGMENTS);
      joined.addComponent(true, content);
      fragments = joined;
    }
  }

  /** The codec sees to it that a continuation follows a beginning. */
  private void onContinuation(ContinuationWebSocketFrame frame) {
    ByteBuf content = frame.content();
    meters.received(content.readableBytes());
    CompositeByteBuf joined = fragments;
    if (refused || joined == null) {
      content.release();
      return;
    }
    if (joined.readableBytes() + (long) content.readableBytes() > maxMessageBytes
        || joined.numComponents() >= MAX_FRAGMENTS) {
      content.release();
      refuse(
          ErrorCode.FRAME_TOO_LARGE,
          "a message in fragments is larger than "
              + maxMessageBytes
              + " bytes (socket.request.max.bytes) or has more than "
              + MAX_FRAGMENTS
              + " fragments");
      return;
    }
    joined.addComponent(true, content);
    if (frame.isFinalFragment()) {
      fragments = null;
      session.onFrame(joined);
    }
  }

  private void refuse(ErrorCode code, String message) {
    refused = true;
    releaseFragments();
    session.onMalformed(new StreamException(code, message));
  }

  private void releaseFragments() {
    if (fragments != null) {
      fragments.release();
      fragments = null;
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    ContextInternal before = vertxContext.beginDispatch();
    try {
      transport.onWritabilityChanged();
    } finally {
      vertxContext.endDispatch(before);
    }
    context.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    releaseFragments();
    waiting.forEach(ReferenceCountUtil::release);
    waiting.clear();
    ContextInternal before = vertxContext.beginDispatch();
    try {
      transport.onGone();
    } finally {
      vertxContext.endDispatch(before);
    }
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof TooLongFrameException) {
      refuse(
          ErrorCode.FRAME_TOO_LARGE,
          "a frame is larger than " + maxMessageBytes + " bytes (socket.request.max.bytes)");
    } else if (cause instanceof CorruptedWebSocketFrameException corrupted) {
      boolean tooLarge = corrupted.closeStatus().code() == 1009;
      refuse(
          tooLarge ? ErrorCode.FRAME_TOO_LARGE : ErrorCode.INVALID_REQUEST,
          tooLarge
              ? "a frame is larger than " + maxMessageBytes + " bytes (socket.request.max.bytes)"
              : "a frame breaks RFC 6455: " + corrupted.getMessage());
    } else {
      // The connection is broken already; that it is gone will be told by channelInactive.
      ChannelFuture unused = context.close();
    }
  }
}
