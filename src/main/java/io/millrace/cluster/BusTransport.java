package io.millrace.cluster;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.net.ClientOptionsBase;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.spi.transport.Transport;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts a {@link BusGuard} into every connection of the bus. Vert.x has no other place for that: it
 * makes the bus's server and client by itself, from options that carry no check of one's own.
 *
 * <p>Threading: any thread.
 */
public final class BusTransport implements Transport {
  private final Transport transport;
  private final ClusterConfig config;
  private final RouteTable routes;
  private final Consumer<PeerHint> hints;

  /**
   * @param hints hears of connections that end
   */
  public BusTransport(ClusterConfig config, RouteTable routes, Consumer<PeerHint> hints) {
    this.transport = kernels();
    this.config = config;
    this.routes = routes;
    this.hints = hints;
  }

  /** The kernel's own where there is one, as a node that is alone has it. */
  private static Transport kernels() {
    io.vertx.core.transport.Transport own = io.vertx.core.transport.Transport.nativeTransport();
    return own != null && own.available()
        ? own.implementation()
        : io.vertx.core.transport.Transport.NIO.implementation();
  }

  /** As Vert.x's builder takes it. */
  public io.vertx.core.transport.Transport asGiven() {
    return new Given(this);
  }

  @Override
  public void configure(NetServerOptions options, boolean domainSocket, ServerBootstrap bootstrap) {
    transport.configure(options, domainSocket, bootstrap);
    // The bus's options name its port; every other listener is told its own when it listens.
    if (options.getPort() == config.bus().port() && config.bus().host().equals(options.getHost())) {
      bootstrap.handler(new Accepted());
    }
  }

  @Override
  public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
    ChannelFactory<? extends Channel> factory = transport.channelFactory(domainSocket);
    return () -> {
      Channel channel = factory.newChannel();
      channel.pipeline().addLast(new Closing());
      if (config.tls().isPresent()) {
        channel
            .pipeline()
            .addLast(new BehindTls(() -> new BusGuard(null, name -> isAt(channel, name))));
      }
      return channel;
    };
  }

  @Override
  public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
    return transport.serverChannelFactory(domainSocket);
  }

  @Override
  public void configure(
      ClientOptionsBase options, int connectTimeout, boolean domainSocket, Bootstrap bootstrap) {
    transport.configure(options, connectTimeout, domainSocket, bootstrap);
  }

  @Override
  public void configure(DatagramChannel channel, DatagramSocketOptions options) {
    transport.configure(channel, options);
  }

  @Override
  public IoHandlerFactory ioHandlerFactory() {
    return transport.ioHandlerFactory();
  }

  @Override
  public EventLoopGroup eventLoopGroup(
      int type, int threads, ThreadFactory threadFactory, int ioRatio) {
    return transport.eventLoopGroup(type, threads, threadFactory, ioRatio);
  }

  @Override
  public DatagramChannel datagramChannel() {
    return transport.datagramChannel();
  }

  @Override
  @SuppressWarnings("deprecation") // as Vert.x declares it
  public DatagramChannel datagramChannel(InternetProtocolFamily family) {
    return transport.datagramChannel(family);
  }

  @Override
  public boolean supportsDomainSockets() {
    return transport.supportsDomainSockets();
  }

  @Override
  public boolean supportFileRegion() {
    return transport.supportFileRegion();
  }

  @Override
  public SocketAddress convert(io.vertx.core.net.SocketAddress address) {
    return transport.convert(address);
  }

  @Override
  public io.vertx.core.net.SocketAddress convert(SocketAddress address) {
    return transport.convert(address);
  }

  private ChannelHandler acceptedGuard() {
    if (config.tls().isEmpty()) {
      return new BusGuard(new BusFrameCheck(config.frameMaxBytes()), name -> true);
    }
    Predicate<String> node = name -> isNodeId(name) && !routes.isSelf(name);
    return new BehindTls(() -> new BusGuard(new BusFrameCheck(config.frameMaxBytes()), node));
  }

  private static boolean isNodeId(String name) {
    return !name.isEmpty()
        && name.length() <= 10
        && name.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private boolean isAt(Channel channel, String name) {
    return keysAt(channel).contains(name);
  }

  private Set<String> keysAt(Channel channel) {
    if (!(channel.remoteAddress() instanceof InetSocketAddress remote)) {
      return Set.of();
    }
    return routes.keysAt(bus -> bus.isAt(remote.getAddress(), remote.getPort()));
  }

  /** Guards each accepted connection before Vert.x sees it. */
  private final class Accepted extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object accepted) {
      ((Channel) accepted).pipeline().addLast(acceptedGuard());
      ctx.fireChannelRead(accepted);
    }
  }

  /** Tells of the end of a connection to a node. */
  private final class Closing extends ChannelInboundHandlerAdapter {
    private Set<String> keys = Set.of();

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      keys = keysAt(ctx.channel());
      ctx.fireChannelActive();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      keys.forEach(key -> hints.accept(new PeerHint(key, PeerHint.Kind.CONNECTION_CLOSED)));
      ctx.fireChannelInactive();
    }
  }

  /** Puts a guard behind TLS, which Vert.x adds later, before the first byte goes through it. */
  private static final class BehindTls extends ChannelInboundHandlerAdapter {
    private final Supplier<ChannelHandler> guard;

    BehindTls(Supplier<ChannelHandler> guard) {
      this.guard = guard;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ChannelHandlerContext tls = ctx.pipeline().context(SslHandler.class);
      if (tls == null) {
        ReferenceCountUtil.release(message);
        BusGuard.close(ctx);
        return;
      }
      ctx.pipeline().addAfter(tls.name(), "bus-guard", guard.get());
      ctx.fireChannelRead(message);
      ctx.pipeline().remove(this);
    }
  }

  private record Given(BusTransport implementation) implements io.vertx.core.transport.Transport {
    @Override
    public String name() {
      return "millrace";
    }

    @Override
    public boolean available() {
      return true;
    }

    @Override
    public @Nullable Throwable unavailabilityCause() {
      return null;
    }
  }
}
