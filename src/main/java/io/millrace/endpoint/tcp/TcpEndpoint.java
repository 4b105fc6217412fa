package io.millrace.endpoint.tcp;

import io.millrace.endpoint.FrameHandler;
import io.millrace.endpoint.FrameListener;
import io.millrace.endpoint.FrameServices;
import io.millrace.endpoint.FrameSocket;
import io.millrace.endpoint.Listener;
import io.millrace.endpoint.session.SessionLoop;
import io.millrace.endpoint.session.SessionServices;
import io.millrace.endpoint.session.SignsOfLife;
import io.millrace.endpoint.session.StreamSession;
import io.millrace.protocol.stream.DecodeLimits;
import io.millrace.protocol.stream.MessageCodec;
import io.millrace.protocol.stream.WireFormat;
import io.millrace.protocol.stream.message.Ping;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The TCP listener of the stream protocol on one event loop; all of a node's share one port.
 *
 * <p>Stopping: no more connections are accepted, clients are told to go, and each connection closes
 * when its requests are answered, or when {@code shutdown.timeout.ms} has passed.
 */
public final class TcpEndpoint extends FrameListener {
  private final TcpServices services;
  private final byte[] pingMessage;
  private @Nullable SessionLoop loop;

  /**
   * Reads the TLS files, so not on an event loop.
   *
   * @throws io.millrace.model.StreamException INVALID_CONFIG or POLICY_VIOLATION if the settings do
   *     not allow to listen
   */
  public TcpEndpoint(TcpServices services) {
    super(
        Listener.TCP,
        new FrameServices(
            services.settings(),
            services.limits(),
            services.memory(),
            services.metrics(),
            services.time()));
    this.services = services;
    ByteBuf ping = Unpooled.buffer();
    new MessageCodec(DecodeLimits.DEFAULT).encode(WireFormat.AVRO, new Ping(0L), ping);
    this.pingMessage = ByteBufUtil.getBytes(ping);
  }

  @Override
  protected void open() {
    loop =
        new SessionLoop(
            new SessionServices(
                services.settings(),
                services.partitions().get(),
                services.metadata().get(),
                services.groups().get(),
                services.subscriptions(),
                services.claims(),
                services.lease(),
                services.time(),
                services.metrics(),
                services.nodeId(),
                services.serverVersion()));
  }

  private SessionLoop loop() {
    return Objects.requireNonNull(loop, "the endpoint is not started");
  }

  @Override
  protected FrameHandler accept(FrameSocket socket, NetSocket connection, String peer) {
    StreamSession session =
        loop().open(new TcpTransport(socket, pingMessage), WireFormat.AVRO, peer);
    ((NetSocketInternal) connection)
        .channelHandlerContext()
        .pipeline()
        .addFirst("signs-of-life", new SignsOfLife(session));
    return session;
  }

  @Override
  protected void tick() {
    loop().tick();
  }

  @Override
  protected int tickMs() {
    return SessionLoop.TICK_MS;
  }

  @Override
  protected void endConnections() {
    loop().goaway("the server stops");
  }

  @Override
  protected void release() {
    loop().close();
  }
}
