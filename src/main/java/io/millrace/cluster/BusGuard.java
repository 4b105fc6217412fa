package io.millrace.cluster;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.Optional;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands between a connection of the bus and Vert.x: closes it if the other end is not the node
 * that it must be, or sends what no node does.
 *
 * <p>Threading: the connection's event loop.
 */
final class BusGuard extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(BusGuard.class);

  private final @Nullable BusFrameCheck frames;
  private final Predicate<String> mayBe;
  private boolean closed;

  /**
   * @param frames checks what comes in; null where answers to pings are all that does
   * @param mayBe whether the other end may be who its certificate says; asked with TLS alone
   */
  BusGuard(@Nullable BusFrameCheck frames, Predicate<String> mayBe) {
    this.frames = frames;
    this.mayBe = mayBe;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (closed) {
      ReferenceCountUtil.release(message);
      return;
    }
    if (frames != null && message instanceof ByteBuf bytes) {
      try {
        frames.check(bytes);
      } catch (IllegalArgumentException e) {
        LOG.warn(
            "a connection from {} to the port for nodes is closed: it sent {}, as no node does",
            ctx.channel().remoteAddress(),
            e.getMessage());
        ReferenceCountUtil.release(message);
        closed = true;
        close(ctx);
        return;
      }
    }
    ctx.fireChannelRead(message);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake && handshake.isSuccess()) {
      SslHandler tls = ctx.pipeline().get(SslHandler.class);
      Optional<String> name =
          tls == null ? Optional.empty() : PeerName.of(tls.engine().getSession());
      if (name.filter(mayBe).isEmpty()) {
        LOG.warn(
            "a connection with {} is closed: its certificate is for '{}', which is not the node"
                + " that is expected there",
            ctx.channel().remoteAddress(),
            name.orElse(""));
        closed = true;
        ctx.fireUserEventTriggered(
            new SslHandshakeCompletionEvent(new SSLException("another node's certificate")));
        close(ctx);
        return;
      }
    }
    ctx.fireUserEventTriggered(event);
  }

  /** Closes a connection that is not to be trusted; that it did not go cleanly changes nothing. */
  static void close(ChannelHandlerContext ctx) {
    ctx.close()
        .addListener(
            done -> {
              if (!done.isSuccess()) {
                LOG.debug("a connection of the bus was not closed cleanly", done.cause());
              }
            });
  }
}
