package io.millrace.cluster;

import io.millrace.model.NodeId;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.BrokerListener;
import io.millrace.model.image.ClusterImage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's part in discovery and in the bus between nodes.
 *
 * <p>Threading: any thread.
 */
public final class ClusterNode {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterNode.class);

  private final ClusterConfig config;
  private final MemberAttributes self;
  private final RouteTable routes = new RouteTable();
  private final List<Consumer<PeerHint>> hintListeners = new CopyOnWriteArrayList<>();
  private final DiscoveredCluster discovered;

  /**
   * A node that has not joined yet.
   *
   * @param nodeId if it has one
   */
  public ClusterNode(
      ClusterConfig config,
      Optional<String> clusterId,
      Optional<NodeId> nodeId,
      NodeStarts starts) {
    this.config = config;
    this.self =
        new MemberAttributes(
            clusterId, nodeId, starts.directoryId(), starts.starts(), config.bus());
    routes.addSelf("d-" + starts.directoryId());
    nodeId.map(NodeId::toString).ifPresent(routes::addSelf);
    this.discovered = new DiscoveredCluster(config, self, routes, this::hint);
  }

  /**
   * Starts Vert.x as a node of the cluster; completes when it has joined whoever was found.
   *
   * @param builder makes a builder of the options that it is given
   */
  public Future<Vertx> start(VertxOptions options, Function<VertxOptions, VertxBuilder> builder) {
    LOG.info("discovery={} bus={} seeds={}", config.discovery(), config.bus(), config.seeds());
    return builder
        .apply(new VertxOptions(options).setEventBusOptions(BusPort.options(config)))
        .withTransport(new BusTransport(config, routes, this::hint).asGiven())
        .withClusterManager(discovered)
        .buildClustered();
  }

  public ClusterConfig config() {
    return config;
  }

  /** What this node says of itself. */
  public MemberAttributes self() {
    return self;
  }

  public RouteTable routes() {
    return routes;
  }

  /** The key of the member that is discovered at this address, if one is. */
  public Optional<String> keyOfMember(HostPort address) {
    return discovered.memberAt(address).map(member -> "d-" + member.directoryId());
  }

  /** Takes the brokers' places from what another node knows of them. */
  public void learn(Hello hello) {
    for (Hello.Broker broker : hello.brokers()) {
      routes.registered(broker.nodeId(), broker.directoryId(), broker.incarnation(), broker.bus());
    }
  }

  /** Takes the brokers' places from the metadata. */
  public void follow(ClusterImage image) {
    for (BrokerImage broker : image.brokers()) {
      broker
          .endpoint(BrokerListener.BUS)
          .ifPresent(
              at ->
                  routes.registered(
                      broker.id(),
                      broker.directoryId(),
                      broker.incarnation(),
                      new HostPort(at.host(), at.port())));
    }
  }

  /** Calls back, on any thread, with every sign that a node may be gone. */
  public void onHint(Consumer<PeerHint> listener) {
    hintListeners.add(listener);
  }

  private void hint(PeerHint hint) {
    if (!routes.isSelf(hint.key())) {
      hintListeners.forEach(listener -> listener.accept(hint));
    }
  }

  /** For tests of what happens when only discovery fails. */
  void stopDiscovery() {
    discovered.discovery().getLifecycleService().terminate();
  }
}
