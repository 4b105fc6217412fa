package io.millrace.server;

import io.millrace.bus.BusLimits;
import io.millrace.bus.HelloReply;
import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.JoinDecision;
import io.millrace.cluster.Joining;
import io.millrace.cluster.MemberAttributes;
import io.millrace.model.config.ClusterSettings;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.model.image.BrokerEndpoint;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.BrokerListener;
import io.millrace.model.image.ClusterImage;
import io.millrace.verticle.HelloVerticle;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whether this node founds a cluster, joins one or goes on in its own, and as whom; and
 * from then on answers others who ask that. Nothing on a node that is alone.
 */
final class JoinStep implements StartStep {
  private static final Logger LOG = LoggerFactory.getLogger(JoinStep.class);
  private static final long TIMEOUT_MS = 10_000;

  private final SettingValues settings;
  private final DataDirectoryStep data;
  private final VertxStep loops;
  private final BusLimits limits;
  private final Supplier<ClusterImage> latest;
  private volatile @Nullable ClusterIdentity identity;
  private @Nullable String deployment;

  /**
   * @param latest the newest image that this node follows, for what it tells others
   */
  JoinStep(
      SettingValues settings,
      DataDirectoryStep data,
      VertxStep loops,
      BusLimits limits,
      Supplier<ClusterImage> latest) {
    this.settings = settings;
    this.data = data;
    this.loops = loops;
    this.limits = limits;
    this.latest = latest;
  }

  @Override
  public String name() {
    return "joining";
  }

  /** Who this node is in its cluster; empty if it is alone. */
  Optional<ClusterIdentity> identity() {
    return Optional.ofNullable(identity);
  }

  @Override
  public void start() throws Exception {
    Optional<ClusterNode> cluster = loops.cluster();
    if (cluster.isEmpty()) {
      return;
    }
    ClusterNode node = cluster.get();
    MemberAttributes self = node.self();
    deployment =
        Waits.await(
            loops
                .vertx()
                .deployVerticle(
                    new HelloVerticle(
                        loops.bus(), "d-" + self.directoryId(), id -> answer(self, id))),
            TIMEOUT_MS,
            "answering who this node is");
    ClusterDoor door = new ClusterDoor(loops, node, limits);
    JoinDecision decided =
        new Joining(node, settings.get(ClusterSettings.CLUSTER_BOOTSTRAP), door::hello, door::pause)
            .decide();
    LOG.info("joining: {}", decided);
    int configured = settings.get(ServerSettings.NODE_ID);
    identity =
        ClusterIdentity.settle(
            decided,
            data.directory(),
            loops.starts(),
            configured,
            join -> door.allocate(join, configured),
            new SecureRandom());
    data.inUseBeforeRecovery();
  }

  private HelloReply answer(MemberAttributes self, long correlationId) {
    ClusterImage image = latest.get();
    Optional<ClusterIdentity> known = identity();
    return new HelloReply(
        correlationId,
        known.map(mine -> mine.membership().clusterId()).or(self::clusterId),
        known.map(mine -> mine.membership().nodeId()).or(self::nodeId),
        self.directoryId(),
        image.controller(),
        Set.copyOf(image.voters()),
        known.map(mine -> mine.founder().key()).orElse(""),
        brokers(image));
  }

  private static List<HelloReply.Broker> brokers(ClusterImage image) {
    return image.brokers().stream()
        .flatMap(broker -> broker.endpoint(BrokerListener.BUS).stream().map(at -> told(broker, at)))
        .toList();
  }

  private static HelloReply.Broker told(BrokerImage broker, BrokerEndpoint at) {
    return new HelloReply.Broker(
        broker.id(), broker.directoryId(), broker.incarnation(), at.host(), at.port());
  }

  @Override
  public void stop() throws Exception {
    if (deployment != null) {
      Waits.await(loops.vertx().undeploy(deployment), TIMEOUT_MS, "closing the door");
    }
  }
}
