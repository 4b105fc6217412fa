package io.millrace.endpoint.http;

import io.millrace.bus.MetadataClient;
import io.millrace.bus.PartitionClient;
import io.millrace.endpoint.HttpRoutes;
import io.millrace.endpoint.Listener;
import io.millrace.endpoint.ListenerVerticle;
import io.millrace.endpoint.session.SessionLoop;
import io.millrace.endpoint.session.SessionServices;
import io.millrace.model.config.ListenerSettings;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.model.config.StreamSettings;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP listener on one event loop; deploy one per loop, they share the port. Started, it
 * accepts connections; whether it takes work is the {@link io.millrace.endpoint.NodeState}'s to
 * say. Stopped, it has closed what its routes had open, then its connections.
 *
 * <p>HTTP/1.1 only, so that there is one set of limits to reason about; bodies and responses are
 * not compressed.
 *
 * <p>Threading: its event loop.
 */
public final class HttpEndpoint extends ListenerVerticle {
  private static final long SWEEP_MS = 1_000;
  private static final int WEBSOCKET_CLOSING_SECONDS = 2;
  private static final int[] ERROR_STATUSES = {400, 404, 405, 406, 413, 415, 417, 500};

  private final HttpServices services;
  private final HttpServerOptions options;
  private final List<HttpRoutes> routes = new ArrayList<>();
  private @Nullable HttpServer server;
  private @Nullable ConnectionBook connections;
  private @Nullable SessionLoop sessions;
  private final List<Long> timers = new ArrayList<>();

  /**
   * Reads the TLS files, so not on an event loop.
   *
   * @throws io.millrace.model.StreamException INVALID_CONFIG or POLICY_VIOLATION if the settings do
   *     not allow to listen
   */
  public HttpEndpoint(HttpServices services) {
    this.services = services;
    this.options = optionsOf(services.settings());
  }

  private static HttpServerOptions optionsOf(SettingValues settings) {
    int maxFrameBytes = settings.get(ListenerSettings.SOCKET_REQUEST_MAX_BYTES);
    HttpServerOptions options = configured(Listener.HTTP, settings, new HttpServerOptions());
    return options
        .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
        .setIdleTimeout(
            (int)
                Math.min(settings.get(ListenerSettings.CONNECTIONS_MAX_IDLE_MS), Integer.MAX_VALUE))
        .setMaxHeaderSize(settings.get(ListenerSettings.HTTP_MAX_HEADER_BYTES))
        .setMaxInitialLineLength(settings.get(ListenerSettings.HTTP_MAX_LINE_BYTES))
        .setUseAlpn(false)
        .setHttp2ClearTextEnabled(false)
        .setMaxWebSocketFrameSize(maxFrameBytes)
        .setMaxWebSocketMessageSize(maxFrameBytes)
        .setPerMessageWebSocketCompressionSupported(false)
        .setPerFrameWebSocketCompressionSupported(false)
        .setWebSocketClosingTimeout(WEBSOCKET_CLOSING_SECONDS);
  }

  @Override
  public Future<?> start() {
    SettingValues settings = services.settings();
    PartitionClient partitions = services.partitions().get();
    MetadataClient metadata = services.metadata().get();
    ConnectionBook book =
        new ConnectionBook(
            services.limits(),
            services.time(),
            services.metrics(),
            settings.get(ListenerSettings.HANDSHAKE_TIMEOUT_MS),
            settings.get(ServerSettings.REQUEST_TIMEOUT_MS));
    connections = book;
    timers.add(vertx.setPeriodic(SWEEP_MS, tick -> book.sweep()));
    SessionLoop loop = openSessions(partitions, metadata);
    sessions = loop;
    timers.add(vertx.setPeriodic(SessionLoop.TICK_MS, tick -> loop.tick()));
    makeRoutes(partitions, metadata, loop);
    Router router = router(settings);
    options.setWebSocketSubProtocols(
        routes.stream().flatMap(route -> route.webSocketSubProtocols().stream()).toList());
    HttpServer http = vertx.createHttpServer(options);
    server = http;
    listensOn(http::actualPort);
    return http.connectionHandler(book::add)
        .invalidRequestHandler(InvalidRequests::answer)
        .requestHandler(
            request -> {
              book.onRequest(request);
              router.handle(request);
            })
        .listen();
  }

  private SessionLoop openSessions(PartitionClient partitions, MetadataClient metadata) {
    return new SessionLoop(
        new SessionServices(
            services.settings(),
            partitions,
            metadata,
            services.groups().get(),
            services.subscriptions(),
            services.claims(),
            services.lease(),
            services.time(),
            services.metrics(),
            services.nodeId(),
            services.serverVersion()));
  }

  private void makeRoutes(PartitionClient partitions, MetadataClient metadata, SessionLoop loop) {
    SettingValues settings = services.settings();
    TopicDescriptions descriptions =
        new TopicDescriptions(
            partitions,
            () -> metadata.image().version(),
            services.time(),
            settings.get(ServerSettings.REQUEST_TIMEOUT_MS));
    routes.addAll(services.routes().apply(loop));
    routes.add(new HealthRoutes(vertx, services.state(), services.scrape()));
    routes.add(
        new ClusterRoutes(metadata, services.state(), services.nodeId(), services.serverVersion()));
    routes.add(new TopicRoutes(metadata, descriptions));
    routes.add(
        new RecordRoutes(
            new RecordReads(
                partitions,
                metadata,
                services.time(),
                settings.get(StreamSettings.STREAM_FETCH_MAX_BYTES)),
            new RecordWrites(metadata, loop),
            settings.get(ListenerSettings.SOCKET_REQUEST_MAX_BYTES)));
    routes.add(new ConsoleRoutes());
  }

  private Router router(SettingValues settings) {
    Router router = Router.router(vertx);
    router
        .route()
        .handler(
            new EdgeHandler(
                new OriginPolicy(
                    settings.get(ListenerSettings.HTTP_ALLOWED_HOSTS),
                    settings.get(ListenerSettings.HTTP_ALLOWED_ORIGINS)),
                services.state()));
    router.route().failureHandler(HttpErrors::respond);
    routes.forEach(contributed -> contributed.mount(router));
    for (int status : ERROR_STATUSES) {
      router.errorHandler(status, HttpErrors::respond);
    }
    return router;
  }

  @Override
  public Future<?> stop() {
    return endSessions()
        .eventually(() -> Future.join(routes.stream().map(HttpRoutes::close).toList()))
        .eventually(() -> server == null ? Future.succeededFuture() : server.close())
        .eventually(this::release);
  }

  /** Clients are told to go, and what they have asked for is answered, until the time is up. */
  private Future<Void> endSessions() {
    SessionLoop loop = sessions;
    if (loop == null) {
      return Future.succeededFuture();
    }
    loop.goaway("the server stops");
    long endNanos =
        services.time().monotonicNanos()
            + TimeUnit.MILLISECONDS.toNanos(
                services.settings().get(ServerSettings.SHUTDOWN_TIMEOUT_MS));
    Promise<Void> ended = Promise.promise();
    Runnable look =
        () -> {
          if (loop.openSessions() == 0 || services.time().monotonicNanos() - endNanos >= 0) {
            ended.tryComplete();
          }
        };
    timers.add(vertx.setPeriodic(SessionLoop.TICK_MS, tick -> look.run()));
    look.run();
    return ended.future();
  }

  private Future<Void> release() {
    timers.forEach(vertx::cancelTimer);
    if (sessions != null) {
      sessions.close();
    }
    if (connections != null) {
      connections.close();
    }
    return Future.succeededFuture();
  }
}
