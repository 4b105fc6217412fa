package io.millrace.endpoint.session;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Counts every byte that comes as a sign of life: a large message on a slow line takes longer than
 * a client may be silent. It stands first in the pipeline, before anything waits for whole
 * messages.
 *
 * <p>Threading: its channel's event loop.
 */
public final class SignsOfLife extends ChannelInboundHandlerAdapter {
  private final StreamSession session;

  public SignsOfLife(StreamSession session) {
    this.session = session;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    session.onSignOfLife();
    context.fireChannelRead(message);
  }
}
