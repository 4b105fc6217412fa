package io.millrace.server;

import io.millrace.bus.Addresses;
import io.millrace.bus.TypedBus;
import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.NodeStarts;
import io.millrace.log.directory.DirectoryIdentity;
import io.millrace.metrics.MicrometerMetrics;
import io.millrace.model.NodeId;
import io.millrace.model.config.ClusterSettings;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.config.SettingValues;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event loops, the bus and the meters. The event bus and sockets are not measured by Vert.x: it
 * would do so for every message.
 */
final class VertxStep implements StartStep {
  private static final Logger LOG = LoggerFactory.getLogger(VertxStep.class);
  private static final int MAX_METERS = 50_000;
  private static final long STOP_SECONDS = 10;
  private static final long JOIN_MS = 60_000;

  private final SettingValues settings;
  private final DataDirectoryStep data;
  private final MicrometerMetrics metrics;
  private @Nullable Vertx vertx;
  private @Nullable ClusterNode cluster;
  private @Nullable NodeStarts starts;
  private @Nullable TypedBus bus;

  VertxStep(SettingValues settings, DataDirectoryStep data) {
    this.settings = settings;
    this.data = data;
    this.metrics =
        new MicrometerMetrics(settings.get(ServerSettings.METRICS_MAX_TOPICS), MAX_METERS);
  }

  @Override
  public String name() {
    return "event loops";
  }

  /** How many event loops there are; half of the processors are left to all that is no loop. */
  int loops() {
    int given = settings.get(ServerSettings.EVENT_LOOPS);
    return given > 0 ? given : Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
  }

  @Override
  public void start() throws Exception {
    // The JDK's selector counts in milliseconds: before each timer that is due within one, the loop
    // spins. The kernel's own timers do not, which is worth more than the system calls saved.
    VertxOptions options =
        new VertxOptions().setEventLoopPoolSize(loops()).setPreferNativeTransport(true);
    Vertx made;
    if (ClusterConfig.isWanted(settings)) {
      ClusterNode node = clusterNode();
      made =
          Waits.await(
              node.start(options, each -> MeteredVertx.builder(each, metrics.registry())),
              JOIN_MS,
              "looking for the cluster's nodes");
      cluster = node;
    } else {
      made = MeteredVertx.builder(options, metrics.registry()).build();
    }
    made.exceptionHandler(VertxStep::onUnhandled);
    vertx = made;
    if (!made.isNativeTransportEnabled()) {
      LOG.info(
          "the JDK's transport is used: {}",
          String.valueOf(made.unavailableNativeTransportCause()));
    }
    ClusterNode joined = cluster;
    bus =
        joined == null
            ? new TypedBus(made)
            : new TypedBus(
                made,
                new RoutedPeers(joined.routes()),
                settings.get(ClusterSettings.BUS_PEER_INFLIGHT_BYTES),
                metrics);
  }

  private static void onUnhandled(Throwable failure) {
    if (isFailedWriteToldTwice(failure)) {
      LOG.debug("a message to another node was not written", failure);
    } else {
      FatalErrors.unhandled("an event", failure);
    }
  }

  /**
   * Vert.x's bus tells a sender that its message was not written, and then throws that it had told
   * it already (OutboundDeliveryContext.tryFail answers false whenever it is called).
   */
  private static boolean isFailedWriteToldTwice(Throwable failure) {
    StackTraceElement[] stack = failure.getStackTrace();
    return failure instanceof IllegalStateException
        && "Promise already completed".equals(failure.getMessage())
        && stack.length > 0
        && stack[0].getClassName().equals("io.vertx.core.Promise");
  }

  private ClusterNode clusterNode() {
    Optional<DirectoryIdentity> identity = data.directory().identity();
    int configured = settings.get(ServerSettings.NODE_ID);
    Optional<NodeId> nodeId =
        identity
            .map(DirectoryIdentity::nodeId)
            .or(() -> configured < 0 ? Optional.empty() : Optional.of(new NodeId(configured)));
    NodeStarts counted =
        NodeStarts.count(
            data.directory().path(),
            identity.map(DirectoryIdentity::directoryId),
            new SecureRandom());
    starts = counted;
    return new ClusterNode(
        ClusterConfig.of(settings), identity.map(DirectoryIdentity::clusterId), nodeId, counted);
  }

  /** Of this node's data directory, in a cluster. */
  NodeStarts starts() {
    if (starts == null) {
      throw new IllegalStateException("this node is alone");
    }
    return starts;
  }

  /** This node's part in its cluster, empty if it is alone. */
  Optional<ClusterNode> cluster() {
    return Optional.ofNullable(cluster);
  }

  /**
   * What is sent to this id stays here. A node that did not have it when it was discovered goes on
   * taking answers under the key of its directory: not all others know the id yet.
   */
  void knownAs(NodeId self) {
    cluster().ifPresent(node -> node.routes().addAlias(Addresses.keyOf(self)));
  }

  /** The bus of this node. */
  TypedBus bus() {
    if (bus == null) {
      throw new IllegalStateException("the event loops do not run");
    }
    return bus;
  }

  /** Runs this on an event loop of its own choice. */
  <T> Future<T> call(Function<Context, Future<T>> code) {
    Promise<T> promise = Promise.promise();
    Context context = vertx().getOrCreateContext();
    context.runOnContext(now -> code.apply(context).onComplete(promise));
    return promise.future();
  }

  Vertx vertx() {
    if (vertx == null) {
      throw new IllegalStateException("the event loops do not run");
    }
    return vertx;
  }

  MicrometerMetrics metrics() {
    return metrics;
  }

  @Override
  public void stop() throws Exception {
    vertx().close().toCompletionStage().toCompletableFuture().get(STOP_SECONDS, TimeUnit.SECONDS);
    metrics.close();
  }
}
