package io.millrace.endpoint.tcp;

import io.millrace.endpoint.BindPolicy;
import io.millrace.endpoint.ConnectionLimits;
import io.millrace.endpoint.KernelKeepAlive;
import io.millrace.endpoint.ListenerTls;
import io.millrace.endpoint.session.SessionLoop;
import io.millrace.endpoint.session.SessionServices;
import io.millrace.endpoint.session.SignsOfLife;
import io.millrace.endpoint.session.StreamSession;
import io.millrace.model.Metrics;
import io.millrace.model.StreamException;
import io.millrace.model.config.ListenerSettings;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.protocol.stream.DecodeLimits;
import io.millrace.protocol.stream.MessageCodec;
import io.millrace.protocol.stream.WireFormat;
import io.millrace.protocol.stream.message.Ping;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TCP listener of the stream protocol on one event loop; all of a node's share one port.
 *
 * <p>Stopping: no more connections are accepted, clients are told to go, and each connection closes
 * when its requests are answered, or when {@code shutdown.timeout.ms} has passed.
 */
public final class TcpEndpoint extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(TcpEndpoint.class);

  private final TcpServices services;
  private final NetServerOptions options = new NetServerOptions();
  private final FrameLedger ledger = new FrameLedger();
  private final byte[] pingMessage;
  private final Metrics.Counter refused;
  private Metrics.@Nullable Registration openGauge;
  private @Nullable SessionLoop loop;
  private @Nullable NetServer server;
  private long timer = -1;
  private final AtomicInteger open = new AtomicInteger();

  /**
   * Reads the TLS files, so not on an event loop.
   *
   * @throws StreamException INVALID_CONFIG or POLICY_VIOLATION if the settings do not allow to
   *     listen
   */
  public TcpEndpoint(TcpServices services) {
    this.services = services;
    SettingValues settings = services.settings();
    options
        .setHost(settings.get(ListenerSettings.TCP_HOST))
        .setPort(settings.get(ListenerSettings.TCP_PORT))
        .setAcceptBacklog(settings.get(ListenerSettings.SOCKET_LISTEN_BACKLOG_SIZE))
        .setTcpNoDelay(true)
        .setTcpKeepAlive(true);
    setBufferSizes(settings, options);
    BindPolicy.check(settings, ListenerSettings.TCP_HOST, ListenerSettings.TCP_TLS_ENABLE);
    ListenerTls.apply(settings, ListenerSettings.TCP_TLS_ENABLE, options);
    ByteBuf ping = Unpooled.buffer();
    new MessageCodec(DecodeLimits.DEFAULT).encode(WireFormat.AVRO, new Ping(0L), ping);
    this.pingMessage = ByteBufUtil.getBytes(ping);
    this.refused =
        services
            .metrics()
            .counter("connections.refused", "Connections beyond a limit.", "listener", "tcp");
  }

  private static void setBufferSizes(SettingValues settings, NetServerOptions options) {
    int send = settings.get(ListenerSettings.SOCKET_SEND_BUFFER_BYTES);
    int receive = settings.get(ListenerSettings.SOCKET_RECEIVE_BUFFER_BYTES);
    if (send > 0) {
      options.setSendBufferSize(send);
    }
    if (receive > 0) {
      options.setReceiveBufferSize(receive);
    }
  }

  @Override
  public Future<?> start() {
    SessionLoop sessions =
        new SessionLoop(
            new SessionServices(
                services.settings(),
                services.partitions().get(),
                services.metadata().get(),
                services.time(),
                services.metrics(),
                services.nodeId(),
                services.serverVersion()));
    loop = sessions;
    openGauge =
        services
            .metrics()
            .gauge("connections.open", "Open connections.", open::get, "listener", "tcp");
    timer = vertx.setPeriodic(SessionLoop.TICK_MS, tick -> tick(sessions));
    NetServer listener = vertx.createNetServer(options);
    server = listener;
    return listener
        .connectHandler(socket -> connect(sessions, socket))
        .exceptionHandler(cause -> LOG.debug("a connection failed before it was open", cause))
        .listen();
  }

  private void tick(SessionLoop sessions) {
    sessions.tick();
    ledger.sweepAll();
  }

  private void connect(SessionLoop sessions, NetSocket socket) {
    ChannelHandlerContext channel = ((NetSocketInternal) socket).channelHandlerContext();
    KernelKeepAlive.apply(channel.channel());
    TcpTransport transport =
        new TcpTransport(
            channel,
            socket.isSsl(),
            services.settings().get(ListenerSettings.CONNECTION_OUTSTANDING_BYTES),
            pingMessage,
            ledger::sweepOldest);
    String peer = socket.remoteAddress().hostAddress();
    StreamSession session = sessions.open(transport, WireFormat.AVRO, peer);
    transport.onHeldUp(session::setHeldUp);
    channel.pipeline().addFirst("signs-of-life", new SignsOfLife(session));
    FrameDecoder decoder =
        new FrameDecoder(
            transport, services.memory(), session::maxFrameBytes, session::onMalformed);
    channel.pipeline().addBefore(channel.name(), "frames", decoder);
    channel
        .pipeline()
        .addBefore(
            channel.name(),
            "session",
            new SessionInbound((ContextInternal) context, session, ledger));
    socket.exceptionHandler(cause -> LOG.debug("the connection of {} failed", peer, cause));
    // Without a handler the socket would be closed at once when the server stops.
    socket.shutdownHandler(stopping -> {});
    open.incrementAndGet();
    ConnectionLimits.Slot slot = slot(session, peer);
    socket.closeHandler(
        closed -> {
          open.decrementAndGet();
          session.onClosed();
          if (slot != null) {
            slot.close();
          }
        });
  }

  /** A place among the connections; null if there is none, and the session was told so. */
  private ConnectionLimits.@Nullable Slot slot(StreamSession session, String peer) {
    try {
      return services.limits().open(peer);
    } catch (StreamException e) {
      refused.add(1);
      session.onMalformed(e);
      return null;
    }
  }

  /** The port that is listened on; the one that was chosen if the setting is 0. */
  public int port() {
    NetServer listener = server;
    if (listener == null) {
      throw new IllegalStateException("the endpoint is not started");
    }
    return listener.actualPort();
  }

  @Override
  public Future<?> stop() {
    SessionLoop sessions = loop;
    NetServer listener = server;
    if (sessions == null || listener == null) {
      return Future.succeededFuture();
    }
    sessions.goaway("the server stops");
    return listener
        .shutdown(
            services.settings().get(ServerSettings.SHUTDOWN_TIMEOUT_MS), TimeUnit.MILLISECONDS)
        .eventually(
            () -> {
              sessions.close();
              ledger.sweepAll();
              vertx.cancelTimer(timer);
              if (openGauge != null) {
                openGauge.close();
              }
              return Future.succeededFuture();
            });
  }
}
