package io.millrace.server;

import io.millrace.bus.BusLimits;
import io.millrace.cluster.RouteTable;
import io.millrace.metadata.LogMembers;
import io.millrace.metadata.Membership;
import io.millrace.metadata.MetadataLog;
import io.millrace.metadata.raft.ClusterMetadataLog;
import io.millrace.metadata.raft.RaftConfig;
import io.millrace.model.NodeId;
import io.millrace.model.TimeSource;
import io.millrace.model.config.SettingValues;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.ClusterImage;
import io.millrace.verticle.MetadataLinks;
import io.millrace.verticle.OwnerContext;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The metadata log of a node of a cluster, whatever its part in it is, and its ways to others. */
final class SharedMetadataLog implements NodeLog {
  private static final long TIMEOUT_MS = 10_000;

  private final ClusterIdentity identity;
  private final Opened links;
  private final OwnerContext owner;
  private final ExecutorService worker;
  private final ClusterMetadataLog log;

  private SharedMetadataLog(
      ClusterIdentity identity,
      Opened links,
      OwnerContext owner,
      ExecutorService worker,
      ClusterMetadataLog log) {
    this.identity = identity;
    this.links = links;
    this.owner = owner;
    this.worker = worker;
    this.log = log;
  }

  /** The ways, and the context that they live on. */
  private record Opened(Context context, MetadataLinks ways) {
    Future<Void> close() {
      Promise<Void> closed = Promise.promise();
      context.runOnContext(
          now -> {
            ways.close();
            closed.complete();
          });
      return closed.future();
    }
  }

  /** Reads what is in the directory and opens the ways; blocks. */
  static SharedMetadataLog open(
      Path directory,
      SettingValues settings,
      VertxStep loops,
      BusLimits limits,
      ClusterIdentity identity,
      Supplier<ClusterImage> latest)
      throws Exception {
    RouteTable routes = loops.cluster().orElseThrow().routes();
    RaftConfig config =
        new RaftConfig(
            directory,
            identity.self(),
            new LogMembers(Set.of(identity.founder()), Set.of()),
            settings);
    Opened links =
        Waits.await(
            loops.call(
                context ->
                    Future.succeededFuture(
                        new Opened(
                            context,
                            MetadataLinks.open(
                                loops.vertx(),
                                loops.bus(),
                                limits,
                                TimeSource.SYSTEM,
                                identity.self(),
                                () -> others(latest.get(), identity, routes))))),
            TIMEOUT_MS,
            "opening the ways to the metadata log");
    OwnerContext owner = new OwnerContext();
    ExecutorService worker =
        Executors.newSingleThreadExecutor(task -> new Thread(task, "metadata-log-open"));
    ClusterMetadataLog log =
        ClusterMetadataLog.open(
            config, links.ways().transport(), links.ways().source(), owner, worker);
    links.ways().serve(log.source());
    return new SharedMetadataLog(identity, links, owner, worker, log);
  }

  /** Who may have the log: its voters, other brokers, and who is known before any of these. */
  private static Collection<NodeId> others(
      ClusterImage image, ClusterIdentity identity, RouteTable routes) {
    Set<NodeId> some = new LinkedHashSet<>(image.voters());
    image.brokers().stream().map(BrokerImage::id).forEach(some::add);
    some.addAll(routes.nodes());
    some.remove(identity.self().nodeId());
    return some;
  }

  @Override
  public MetadataLog log() {
    return log;
  }

  @Override
  public Membership membership() {
    return identity.membership();
  }

  @Override
  public void ownedBy(Context context) {
    owner.ownedBy(context);
  }

  /** The directory has had its identity since this node joined. */
  @Override
  public void keepMembership() {}

  @Override
  public void release() throws Exception {
    Waits.await(links.close(), TIMEOUT_MS, "closing the ways to the metadata log");
    worker.shutdown();
    if (!worker.awaitTermination(TIMEOUT_MS, TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException(
          "the metadata log was not opened or closed within " + TIMEOUT_MS + " ms");
    }
  }
}
