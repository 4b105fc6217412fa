package io.millrace.endpoint.tcp;

import io.millrace.endpoint.session.StreamSession;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.vertx.core.internal.ContextInternal;

/**
 * Hands a connection's frames to its session, in the verticle's context: the bus would otherwise
 * make one for every message.
 *
 * <p>Threading: its channel's event loop.
 */
final class SessionInbound extends ChannelInboundHandlerAdapter {
  private final StreamSession session;
  private final FrameLedger ledger;
  private final ContextInternal context;

  SessionInbound(ContextInternal context, StreamSession session, FrameLedger ledger) {
    this.context = context;
    this.session = session;
    this.ledger = ledger;
  }

  @Override
  public void channelRead(ChannelHandlerContext channel, Object message) {
    FrameDecoder.Frame frame = (FrameDecoder.Frame) message;
    try {
      context.dispatch(frame.bytes(), session::onFrame);
    } finally {
      ledger.settle(frame.bytes(), frame.reservation());
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext channel) {
    if (channel.channel().isWritable()) {
      context.dispatch(session::onWritable);
    }
    channel.fireChannelWritabilityChanged();
  }
}
