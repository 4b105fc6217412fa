package io.millrace.endpoint.websocket;

import io.millrace.endpoint.HttpRoutes;
import io.millrace.endpoint.OutboundLimit;
import io.millrace.endpoint.session.SessionLoop;
import io.millrace.endpoint.session.SignsOfLife;
import io.millrace.endpoint.session.StreamSession;
import io.millrace.model.ErrorCode;
import io.millrace.model.Metrics;
import io.millrace.model.StreamException;
import io.millrace.model.TopicName;
import io.millrace.model.config.ListenerSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.TopicImage;
import io.millrace.protocol.stream.WireFormat;
import io.millrace.protocol.stream.message.Subscribe;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.timeout.IdleStateHandler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The streams of one event loop's HTTP listener:
 *
 * <ul>
 *   <li>{@code /v1/stream} by WebSocket: a whole session;
 *   <li>{@code /v1/topics/{topic}?from=...} by WebSocket: one subscription, with credit of its own;
 *   <li>the same with {@code Accept: text/event-stream}: as server-sent events.
 * </ul>
 *
 * <p>Threading: its event loop.
 */
public final class StreamRoutes implements HttpRoutes {
  private static final String WEBSOCKET_VERSION = "13";
  private static final String VERSION_HEADER = "Sec-WebSocket-Version";
  private static final String PROTOCOL_HEADER = "Sec-WebSocket-Protocol";
  private static final String EVENT_STREAM = "text/event-stream";
  private static final int UPGRADE_REQUIRED = 426;

  private final Vertx vertx;
  private final SessionLoop sessions;
  private final Supplier<ClusterImage> image;
  private final FlushQueue flushes = new FlushQueue();
  private final TrafficMeters socketMeters;
  private final TrafficMeters eventMeters;
  private final int maxMessageBytes;
  private final int maxOutstandingBytes;

  /**
   * @param sessions this loop's, ticked and closed by who made it
   * @param image the newest image
   */
  public StreamRoutes(
      Vertx vertx,
      SettingValues settings,
      SessionLoop sessions,
      Supplier<ClusterImage> image,
      Metrics metrics) {
    this.vertx = vertx;
    this.sessions = sessions;
    this.image = image;
    this.socketMeters = new TrafficMeters(metrics, "websocket");
    this.eventMeters = new TrafficMeters(metrics, "sse");
    this.maxMessageBytes = settings.get(ListenerSettings.SOCKET_REQUEST_MAX_BYTES);
    this.maxOutstandingBytes =
        (int)
            Math.min(
                settings.get(ListenerSettings.CONNECTION_OUTSTANDING_BYTES), Integer.MAX_VALUE);
  }

  @Override
  public List<String> webSocketSubProtocols() {
    return SubProtocols.names();
  }

  @Override
  public void mount(Router router) {
    router.get("/v1/stream").handler(this::onStream);
    router.get("/v1/topics/:topic").handler(this::onTopic);
  }

  private void onStream(RoutingContext context) {
    if (!wantsWebSocket(context.request())) {
      context.response().putHeader(HttpHeaders.UPGRADE, "websocket");
      context.fail(
          UPGRADE_REQUIRED,
          new StreamException(
              ErrorCode.INVALID_REQUEST, "this resource speaks WebSocket; connect to it by ws://"));
      return;
    }
    upgrade(context, session -> {});
  }

  private void onTopic(RoutingContext context) {
    HttpServerRequest request = context.request();
    boolean socket = wantsWebSocket(request);
    if (!socket && !wantsEvents(request)) {
      context.next();
      return;
    }
    TopicName name = new TopicName(context.pathParam("topic"));
    int partitions = image.get().topic(name).map(TopicImage::partitions).map(List::size).orElse(0);
    if (socket) {
      Subscribe subscribe = subscribe(context, name, null, partitions);
      upgrade(context, session -> session.subscribeByUrl(subscribe));
      return;
    }
    if (partitions == 0) {
      // As a status, because a browser would connect again after an error told as an event.
      throw new StreamException(
          ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "there is no topic '" + name + "'");
    }
    sendEvents(context, subscribe(context, name, request.getHeader("Last-Event-ID"), partitions));
  }

  private static Subscribe subscribe(
      RoutingContext context, TopicName name, @Nullable String lastEventId, int partitions) {
    Map<String, List<String>> parameters = new HashMap<>();
    context
        .queryParams()
        .names()
        .forEach(key -> parameters.put(key, context.queryParams().getAll(key)));
    return StreamUrl.subscribe(name.value(), parameters, lastEventId, partitions);
  }

  private static boolean wantsWebSocket(HttpServerRequest request) {
    return request.headers().contains(HttpHeaders.UPGRADE, "websocket", true);
  }

  private static boolean wantsEvents(HttpServerRequest request) {
    String accept = request.getHeader(HttpHeaders.ACCEPT);
    return accept != null && accept.toLowerCase(Locale.ROOT).contains(EVENT_STREAM);
  }

  /** What is to be done with a session once its socket is open. */
  private interface Beginning {
    void begin(StreamSession session);
  }

  private void upgrade(RoutingContext context, Beginning beginning) {
    HttpServerRequest request = context.request();
    if (!WEBSOCKET_VERSION.equals(request.getHeader(VERSION_HEADER))) {
      context.response().putHeader(VERSION_HEADER, WEBSOCKET_VERSION);
      context.fail(
          UPGRADE_REQUIRED,
          new StreamException(ErrorCode.UNSUPPORTED_VERSION, "expected version 13 of WebSocket"));
      return;
    }
    WireFormat format = SubProtocols.choose(request.headers().getAll(PROTOCOL_HEADER));
    Channel channel = ((ConnectionBase) request.connection()).channelHandlerContext().channel();
    request
        .toWebSocket()
        .onSuccess(socket -> begin(socket, channel, format, beginning))
        // Vert.x has answered what is wrong with the handshake.
        .onFailure(failure -> request.connection().close());
  }

  private void begin(
      ServerWebSocket socket, Channel channel, WireFormat format, Beginning beginning) {
    if (channel.pipeline().get(IdleStateHandler.class) != null) {
      // From here on, the session knows whether its peer lives.
      channel.pipeline().remove(IdleStateHandler.class);
    }
    WebSocketTransport transport =
        new WebSocketTransport(
            socket,
            channel.pipeline().context(WebSocket13FrameEncoder.class),
            new OutboundLimit(channel, maxOutstandingBytes),
            format,
            flushes,
            socketMeters);
    StreamSession session =
        sessions.open(transport, format, String.valueOf(channel.remoteAddress()));
    transport.begin(session);
    WebSocketInbound inbound =
        new WebSocketInbound(
            (ContextInternal) vertx.getOrCreateContext(),
            transport,
            session,
            socketMeters,
            format == WireFormat.JSON,
            maxMessageBytes);
    channel.pipeline().addFirst("signs-of-life", new SignsOfLife(session));
    channel.pipeline().addBefore("handler", "millrace", inbound);
    beginning.begin(session);
  }

  private void sendEvents(RoutingContext context, Subscribe subscribe) {
    HttpServerResponse response =
        context
            .response()
            .setChunked(true)
            .putHeader(HttpHeaders.CONTENT_TYPE, EVENT_STREAM)
            .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
            // Proxies that collect responses would keep events to themselves.
            .putHeader("X-Accel-Buffering", "no");
    SseTransport transport =
        new SseTransport(response, vertx.getOrCreateContext(), eventMeters, maxOutstandingBytes);
    StreamSession session =
        sessions.open(
            transport, WireFormat.JSON, String.valueOf(context.request().remoteAddress()));
    transport.begin(session);
    session.subscribeByUrl(subscribe);
  }
}
