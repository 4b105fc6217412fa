package io.millrace.endpoint;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.vertx.core.internal.ContextInternal;

/**
 * Hands a connection's frames to its owner, in the verticle's context: the bus would otherwise make
 * one for every message.
 *
 * <p>Threading: its channel's event loop.
 */
final class FrameInbound extends ChannelInboundHandlerAdapter {
  private final FrameHandler handler;
  private final ContextInternal context;

  FrameInbound(ContextInternal context, FrameHandler handler) {
    this.context = context;
    this.handler = handler;
  }

  @Override
  public void channelRead(ChannelHandlerContext channel, Object message) {
    context.dispatch((ByteBuf) message, handler::onFrame);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext channel) {
    if (channel.channel().isWritable()) {
      context.dispatch(handler::onWritable);
    }
    channel.fireChannelWritabilityChanged();
  }
}
