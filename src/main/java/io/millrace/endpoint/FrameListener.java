package io.millrace.endpoint;

import io.millrace.model.ErrorCode;
import io.millrace.model.Metrics;
import io.millrace.model.StreamException;
import io.millrace.model.config.ListenerSettings;
import io.millrace.model.config.ServerSettings;
import io.netty.channel.ChannelHandlerContext;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listener whose connections carry frames: cuts them, bounds their memory and the number of
 * connections, and hands them to what a subclass makes for each connection.
 *
 * <p>Stopping: no more connections are accepted, the subclass tells its own to end, and those that
 * are open after {@code shutdown.timeout.ms} are closed.
 *
 * <p>Threading: its event loop, once started.
 */
public abstract class FrameListener extends ListenerVerticle {
  private static final Logger LOG = LoggerFactory.getLogger(FrameListener.class);

  private final Listener listener;
  private final FrameServices services;
  private final NetServerOptions options;
  private final Set<Arrival> arrivals = new LinkedHashSet<>();
  private final long receiveTimeoutNanos;
  private final Metrics.Counter refused;
  private final AtomicInteger open = new AtomicInteger();
  private Metrics.@Nullable Registration openGauge;
  private @Nullable NetServer server;
  private long timer = -1;
  private long tickedNanos;

  /**
   * Reads the TLS files, so not on an event loop.
   *
   * @throws StreamException INVALID_CONFIG or POLICY_VIOLATION if the settings do not allow to
   *     listen
   */
  protected FrameListener(Listener listener, FrameServices services) {
    this.listener = listener;
    this.services = services;
    this.options = configured(listener, services.settings(), new NetServerOptions());
    this.receiveTimeoutNanos =
        TimeUnit.MILLISECONDS.toNanos(
            services.settings().get(ListenerSettings.SOCKET_REQUEST_RECEIVE_TIMEOUT_MS));
    this.refused =
        services
            .metrics()
            .counter(
                "connections.refused", "Connections beyond a limit.", "listener", listener.title());
  }

  /** Makes what connections share, on the event loop, before the first of them. */
  protected abstract void open();

  /**
   * Makes the owner of a new connection.
   *
   * @param peer the client's address, numeric
   */
  protected abstract FrameHandler accept(FrameSocket socket, NetSocket connection, String peer);

  /** Called every {@link #tickMs}. */
  protected abstract void tick();

  protected abstract int tickMs();

  /** Connections are to end as soon as what they asked for is answered. */
  protected abstract void endConnections();

  /** Every connection is closed; gives back what {@link #open} made. */
  protected abstract void release();

  @Override
  public final Future<?> start() {
    open();
    openGauge =
        services
            .metrics()
            .gauge(
                "connections.open", "Open connections.", open::get, "listener", listener.title());
    tickedNanos = services.time().monotonicNanos();
    timer =
        vertx.setPeriodic(
            tickMs(),
            now -> {
              tick();
              endLateFrames();
            });
    NetServer bound = vertx.createNetServer(options);
    server = bound;
    listensOn(bound::actualPort);
    return bound
        .connectHandler(this::connect)
        .exceptionHandler(cause -> LOG.debug("a connection failed before it was open", cause))
        .listen();
  }

  private void connect(NetSocket connection) {
    ChannelHandlerContext channel = ((NetSocketInternal) connection).channelHandlerContext();
    KernelKeepAlive.apply(channel.channel());
    FrameSocket socket =
        new FrameSocket(
            channel,
            connection.isSsl(),
            services.settings().get(ListenerSettings.CONNECTION_OUTSTANDING_BYTES));
    String peer = connection.remoteAddress().hostAddress();
    FrameHandler handler = accept(socket, connection, peer);
    socket.onHeldUp(handler::setHeldUp);
    FrameDecoder decoder =
        new FrameDecoder(socket, services.memory(), handler::maxFrameBytes, handler::onMalformed);
    socket.decodedBy(decoder);
    if (!connection.isSsl()) {
      channel.channel().config().setRecvByteBufAllocator(new FrameReceiver(decoder::roomInFrame));
    }
    channel.pipeline().addBefore(channel.name(), "frames", decoder);
    channel
        .pipeline()
        .addBefore(
            channel.name(),
            "handler-of-frames",
            new FrameInbound((ContextInternal) context, handler));
    connection.exceptionHandler(cause -> LOG.debug("the connection of {} failed", peer, cause));
    // Without a handler the socket would be closed at once when the server stops.
    connection.shutdownHandler(stopping -> {});
    open.incrementAndGet();
    Arrival arrival = new Arrival(decoder, handler);
    arrivals.add(arrival);
    ConnectionLimits.Slot slot = slot(handler, peer);
    connection.closeHandler(
        closed -> {
          open.decrementAndGet();
          arrivals.remove(arrival);
          handler.onClosed();
          if (slot != null) {
            slot.close();
          }
        });
  }

  /** A place among the connections; null if there is none, and the handler was told so. */
  private ConnectionLimits.@Nullable Slot slot(FrameHandler handler, String peer) {
    try {
      return services.limits().open(peer);
    } catch (StreamException e) {
      refused.add(1);
      handler.onMalformed(e);
      return null;
    }
  }

  /**
   * A frame's memory is reserved for all of it from its length on, so a peer that sends the rest
   * byte by byte, or never, must not keep that for ever.
   */
  private void endLateFrames() {
    long now = services.time().monotonicNanos();
    long passedNanos = now - tickedNanos;
    tickedNanos = now;
    List<Arrival> late =
        arrivals.stream()
            .filter(arrival -> arrival.decoder().waitedNanos(passedNanos) > receiveTimeoutNanos)
            .toList();
    late.forEach(
        arrival -> {
          arrivals.remove(arrival);
          arrival
              .handler()
              .onMalformed(
                  new StreamException(
                      ErrorCode.REQUEST_TIMED_OUT,
                      "the rest of a frame did not come in time: send all of it within "
                          + TimeUnit.NANOSECONDS.toMillis(receiveTimeoutNanos)
                          + " ms (socket.request.receive.timeout.ms)"));
        });
  }

  @Override
  public final Future<?> stop() {
    NetServer bound = server;
    if (bound == null) {
      return Future.succeededFuture();
    }
    endConnections();
    return bound
        .shutdown(
            services.settings().get(ServerSettings.SHUTDOWN_TIMEOUT_MS), TimeUnit.MILLISECONDS)
        .eventually(
            () -> {
              release();
              vertx.cancelTimer(timer);
              if (openGauge != null) {
                openGauge.close();
              }
              return Future.succeededFuture();
            });
  }

  /** What a connection receives, and who is told if that takes too long. */
  private record Arrival(FrameDecoder decoder, FrameHandler handler) {}
}
