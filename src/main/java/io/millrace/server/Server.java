package io.millrace.server;

import io.millrace.bus.BusLimits;
import io.millrace.bus.MemoryBudget;
import io.millrace.cli.ServerStarter;
import io.millrace.endpoint.ConnectionLimits;
import io.millrace.endpoint.Listener;
import io.millrace.endpoint.NodeState;
import io.millrace.endpoint.http.HttpEndpoint;
import io.millrace.endpoint.http.HttpServices;
import io.millrace.endpoint.kafka.FetchSessionSlots;
import io.millrace.endpoint.kafka.KafkaEndpoint;
import io.millrace.endpoint.kafka.KafkaServices;
import io.millrace.endpoint.session.MemberClaims;
import io.millrace.endpoint.tcp.TcpEndpoint;
import io.millrace.endpoint.tcp.TcpServices;
import io.millrace.endpoint.websocket.StreamRoutes;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TimeSource;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.model.image.ClusterImage;
import io.millrace.protocol.kafka.ConsumerProtocolCodec;
import io.millrace.verticle.ReplicationParts;
import io.netty.util.internal.PlatformDependent;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A broker: its parts in the order in which they start, endpoints last. SIGTERM stops them in
 * reverse: not ready any more, clients told to go, connections closed once what they asked for is
 * answered, logs synced and closed, the clean marker last.
 *
 * <p>Threading: started on one thread; stopped on the thread of the signal or on one of its own.
 */
public final class Server implements ServerStarter.Running, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Server.class);
  private static final long MIN_REQUEST_MEMORY_BYTES = 32L << 20;

  private final NodeState state = new NodeState();
  private final ConnectionLimits connections;
  private final FetchSessionSlots fetchSessions;
  private final MemoryBudget memory;
  private final DataDirectoryStep data;
  private final VertxStep loops;
  private final MetadataLogStep metadataLog;
  private final MetadataStep metadata;
  private final LoopClients clients;
  private final EndpointStep<TcpEndpoint> tcp;
  private final EndpointStep<HttpEndpoint> http;
  private final EndpointStep<KafkaEndpoint> kafka;
  private final MemberClaims claims = new MemberClaims();
  private final StartSequence sequence;
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();
  private final long createdNanos = System.nanoTime();
  private long readyMs;

  private Server(SettingValues settings) {
    this.connections = new ConnectionLimits(settings);
    this.fetchSessions = new FetchSessionSlots(settings);
    this.memory = new MemoryBudget(requestMemoryBytes(settings));
    BusLimits limits = BusLimits.of(settings);
    this.data = new DataDirectoryStep(settings);
    this.loops = new VertxStep(settings, data);
    JoinStep joining = new JoinStep(settings, data, loops, limits, this::image);
    this.metadataLog = new MetadataLogStep(settings, data, loops, joining, limits, this::image);
    ShardsStep shards =
        new ShardsStep(settings, limits, data, loops, metadataLog, this::replication);
    this.metadata =
        new MetadataStep(
            settings, data, loops, joining, metadataLog, shards, limits, this::metadataFailed);
    GroupStep groups = new GroupStep(settings, loops, metadataLog, shards, metadata, limits);
    GatewayStep gateway = new GatewayStep(loops, metadataLog, shards, metadata, limits);
    this.clients =
        new LoopClients(settings, metadataLog, shards, metadata, groups.admission(), limits);
    this.tcp = new EndpointStep<>(Listener.TCP, loops, settings, this::tcpEndpoint);
    this.http = new EndpointStep<>(Listener.HTTP, loops, settings, this::httpEndpoint);
    this.kafka = new EndpointStep<>(Listener.KAFKA, loops, settings, this::kafkaEndpoint);
    this.sequence =
        new StartSequence(
            List.of(
                data,
                loops,
                joining,
                metadataLog,
                shards,
                metadata,
                gateway,
                groups,
                tcp,
                http,
                kafka,
                new HandOverStep(settings, metadata)));
  }

  /**
   * Starts a broker; returns when it is ready. From then on SIGTERM stops it cleanly and ends the
   * process with code 0.
   *
   * @throws StreamException if it cannot start, with a line for each problem
   */
  public static Server start(Optional<Path> configFile, List<String> flags) {
    FatalErrors.watchThreads();
    Configuration configuration = Configuration.load(configFile, System.getenv(), flags);
    configuration.warnings().forEach(LOG::warn);
    Server server = open(configuration.settings());
    Runtime.getRuntime().addShutdownHook(new Thread(server::onSignal, "stop"));
    return server;
  }

  /**
   * Starts a broker inside another program, which closes it; returns when it is ready.
   *
   * @throws StreamException if it cannot start
   */
  public static Server open(SettingValues settings) {
    Server server = new Server(settings);
    server.startParts();
    return server;
  }

  /** The port of a listener, -1 if it is off. */
  public int port(Listener listener) {
    return switch (listener) {
      case TCP -> tcp.port();
      case HTTP -> http.port();
      case KAFKA -> kafka.port();
    };
  }

  /** Stops the broker as SIGTERM does; returns when its data is synced and closed. */
  @Override
  public void close() {
    stop(0);
  }

  private void startParts() {
    try {
      sequence.start();
    } catch (StreamException e) {
      throw e;
    } catch (Exception e) {
      throw new StreamException(
          ErrorCode.UNKNOWN_SERVER_ERROR, "the broker did not start: " + e, e);
    }
    state.toReady();
    readyMs = (System.nanoTime() - createdNanos) / 1_000_000;
  }

  private ClusterImage image() {
    return metadata.latest().get();
  }

  private ReplicationParts replication() {
    return metadata.replication();
  }

  private static long requestMemoryBytes(SettingValues settings) {
    long given = settings.get(ServerSettings.REQUEST_MEMORY_BYTES);
    return given > 0
        ? given
        : Math.max(PlatformDependent.maxDirectMemory() / 4, MIN_REQUEST_MEMORY_BYTES);
  }

  private TcpEndpoint tcpEndpoint(SettingValues bound) {
    return new TcpEndpoint(
        new TcpServices(
            bound,
            connections,
            memory,
            loops.metrics(),
            TimeSource.SYSTEM,
            clients::partitions,
            clients::metadata,
            clients::groups,
            new ConsumerProtocolCodec(),
            claims,
            metadata.replication().lease(),
            () -> metadataLog.self().value(),
            version()));
  }

  private HttpEndpoint httpEndpoint(SettingValues bound) {
    return new HttpEndpoint(
        new HttpServices(
            bound,
            state,
            connections,
            loops.metrics(),
            TimeSource.SYSTEM,
            clients::partitions,
            clients::metadata,
            clients::groups,
            new ConsumerProtocolCodec(),
            claims,
            metadata.replication().lease(),
            sessions ->
                List.of(
                    new StreamRoutes(
                        loops.vertx(), bound, sessions, metadata.latest()::get, loops.metrics())),
            loops.metrics()::scrape,
            () -> metadataLog.self().value(),
            version()));
  }

  private KafkaEndpoint kafkaEndpoint(SettingValues bound) {
    return new KafkaEndpoint(
        new KafkaServices(
            bound,
            connections,
            memory,
            loops.metrics(),
            TimeSource.SYSTEM,
            clients::localPartitions,
            clients::metadata,
            Optional.of(clients::localGroups),
            fetchSessions,
            () -> metadataLog.self().value()));
  }

  private static String version() {
    return Optional.ofNullable(Server.class.getPackage().getImplementationVersion())
        .orElse("unpackaged");
  }

  @Override
  public String readyLine() {
    return "millrace is ready: "
        + tcp.listensOn()
        + ", "
        + http.listensOn()
        + ", "
        + kafka.listensOn()
        + ", data "
        + data.directory().path()
        + " ("
        + readyMs
        + " ms)";
  }

  @Override
  public int awaitStop() throws InterruptedException {
    try {
      return exitCode.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private void metadataFailed(Throwable cause) {
    LOG.error(
        "the metadata log failed for good and the broker stops; mend the disk and start it again",
        cause);
    new Thread(() -> stop(1), "stop-after-failure").start();
  }

  private void onSignal() {
    if (stopping.get()) {
      return;
    }
    LOG.info("stopping");
    stop(0);
    Runtime.getRuntime().halt(exitCode.join());
  }

  private void stop(int code) {
    if (stopping.compareAndSet(false, true)) {
      state.toStopping();
      boolean clean = sequence.stop();
      LOG.info("stopped{}", clean ? "" : ", not cleanly");
      exitCode.complete(clean ? code : 1);
    }
  }
}
