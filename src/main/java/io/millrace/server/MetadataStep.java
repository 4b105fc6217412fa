package io.millrace.server;

import io.millrace.bus.Addresses;
import io.millrace.bus.BusLimits;
import io.millrace.bus.LatestImage;
import io.millrace.bus.LoopBus;
import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.PortProbe;
import io.millrace.log.directory.PreviousStop;
import io.millrace.metadata.MetadataState;
import io.millrace.model.NodeId;
import io.millrace.model.TimeSource;
import io.millrace.model.config.ControllerSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.model.control.BrokerRegistration;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.ProcessLife;
import io.millrace.verticle.ClusterEnvironment;
import io.millrace.verticle.ClusterMetadataVerticle;
import io.millrace.verticle.MetadataEnvironment;
import io.millrace.verticle.MetadataVerticle;
import io.millrace.verticle.ReplicationParts;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins the cluster, opens every partition that this node holds, and then counts the data directory
 * as in use.
 */
final class MetadataStep implements StartStep {
  private static final Logger LOG = LoggerFactory.getLogger(MetadataStep.class);
  private static final long STOP_MS = 10_000;

  // Recovery after a power loss reads every log from its recovery point; it is given all the time
  // it takes.
  private static final long RECOVERY_MS = Long.MAX_VALUE;

  private final SettingValues settings;
  private final DataDirectoryStep data;
  private final VertxStep loops;
  private final JoinStep joining;
  private final MetadataLogStep log;
  private final ShardsStep shards;
  private final BusLimits limits;
  private final Consumer<Throwable> onFailure;
  private final LatestImage latest = new LatestImage();
  private @Nullable ClusterMetadataVerticle clustered;
  private @Nullable String deployment;

  MetadataStep(
      SettingValues settings,
      DataDirectoryStep data,
      VertxStep loops,
      JoinStep joining,
      MetadataLogStep log,
      ShardsStep shards,
      BusLimits limits,
      Consumer<Throwable> onFailure) {
    this.settings = settings;
    this.data = data;
    this.loops = loops;
    this.joining = joining;
    this.log = log;
    this.shards = shards;
    this.limits = limits;
    this.onFailure = onFailure;
  }

  @Override
  public String name() {
    return "metadata";
  }

  /** The newest image that this node's shards follow. */
  LatestImage latest() {
    return latest;
  }

  /** What ties this node's shards to its cluster; for when the shards and endpoints start. */
  ReplicationParts replication() {
    return loops
        .cluster()
        .map(node -> clustered(node).replication())
        .orElse(ReplicationParts.ALONE);
  }

  private ClusterMetadataVerticle clustered(ClusterNode node) {
    ClusterMetadataVerticle made = clustered;
    if (made == null) {
      made = new ClusterMetadataVerticle(environment(), clusterEnvironment(node));
      clustered = made;
    }
    return made;
  }

  private MetadataEnvironment environment() {
    return new MetadataEnvironment(
        log.log(),
        log.membership(),
        loops.bus(),
        limits,
        latest,
        shards.shards(),
        settings,
        TimeSource.SYSTEM,
        log::ownedBy,
        onFailure);
  }

  private ClusterEnvironment clusterEnvironment(ClusterNode node) {
    ClusterIdentity identity = joining.identity().orElseThrow();
    LogPositions positions =
        new LogPositions(
            () -> LoopBus.open(loops.vertx(), loops.bus(), TimeSource.SYSTEM, limits), shards);
    return new ClusterEnvironment(
        new BrokerRegistration(
            log.self(),
            identity.self().directoryId(),
            Optional.of(settings.get(ControllerSettings.BROKER_RACK)).filter(r -> !r.isEmpty()),
            BrokerPlaces.of(settings, node.config()),
            MetadataState.SUPPORTED_VERSION,
            data.directory().previousStop() == PreviousStop.MACHINE_LOST,
            new ProcessLife(loops.starts().starts(), UUID.randomUUID().toString())),
        identity.isFounder(),
        new PortProbe(loops.vertx())::isRefused,
        listener -> node.onHint(hint -> nodeOf(hint.key()).ifPresent(listener)),
        loops.metrics(),
        positions::of);
  }

  /** The broker that a route's key is of; empty if it has not registered. */
  private Optional<NodeId> nodeOf(String key) {
    return latest.get().brokers().stream()
        .filter(
            broker ->
                key.equals(Addresses.keyOf(broker.id()))
                    || key.equals(Addresses.keyOfDirectory(broker.directoryId())))
        .map(BrokerImage::id)
        .findFirst();
  }

  @Override
  public void start() throws Exception {
    Deployable verticle =
        loops
            .cluster()
            .<Deployable>map(this::clustered)
            .orElseGet(() -> new MetadataVerticle(environment()));
    deployment =
        Waits.await(loops.vertx().deployVerticle(verticle), RECOVERY_MS, "opening the partitions");
    shards.recovered();
    log.keepMembership();
    data.recovered(latest.get());
    LOG.info(
        "clusterId={} nodeId={} topics={}",
        log.membership().clusterId(),
        log.self(),
        latest.get().topics().size());
  }

  /** Has others lead what this node leads; completes when they do. At once if it is alone. */
  Future<Void> handOver() {
    ClusterMetadataVerticle verticle = clustered;
    return verticle == null ? Future.succeededFuture() : verticle.handOver();
  }

  @Override
  public void stop() throws Exception {
    if (deployment != null) {
      Waits.await(loops.vertx().undeploy(deployment), STOP_MS, "closing the metadata log");
    }
  }
}
