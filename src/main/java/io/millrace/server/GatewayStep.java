package io.millrace.server;

import io.millrace.bus.BusLimits;
import io.millrace.cluster.ClusterNode;
import io.millrace.model.TimeSource;
import io.millrace.verticle.GatewayEnvironment;
import io.millrace.verticle.NodeGateway;
import io.millrace.verticle.ReplicationVerticle;
import io.vertx.core.Deployable;
import java.util.ArrayList;
import java.util.List;

/**
 * Opens this node's shards to the other nodes, to those that pass on what clients ask and to those
 * that follow; nothing on a node that is alone.
 */
final class GatewayStep implements StartStep {
  private static final long TIMEOUT_MS = 10_000;

  private final VertxStep loops;
  private final MetadataLogStep identity;
  private final ShardsStep shards;
  private final MetadataStep metadata;
  private final BusLimits limits;
  private final List<String> deployments = new ArrayList<>();

  GatewayStep(
      VertxStep loops,
      MetadataLogStep identity,
      ShardsStep shards,
      MetadataStep metadata,
      BusLimits limits) {
    this.loops = loops;
    this.identity = identity;
    this.shards = shards;
    this.metadata = metadata;
    this.limits = limits;
  }

  @Override
  public String name() {
    return "gateway for nodes";
  }

  @Override
  public void start() throws Exception {
    ClusterNode node = loops.cluster().orElse(null);
    if (node == null) {
      return;
    }
    NodeGateway gateway =
        new NodeGateway(
            new GatewayEnvironment(
                identity.self(),
                shards.bus(),
                limits,
                shards.admissions(),
                metadata.latest(),
                node::follow,
                TimeSource.SYSTEM));
    deploy(gateway);
    deploy(new ReplicationVerticle(shards.bus(), identity.self(), shards.shards()));
  }

  private void deploy(Deployable verticle) throws Exception {
    deployments.add(
        Waits.await(loops.vertx().deployVerticle(verticle), TIMEOUT_MS, "opening the gateway"));
  }

  @Override
  public void stop() throws Exception {
    for (String deployment : deployments) {
      Waits.await(loops.vertx().undeploy(deployment), TIMEOUT_MS, "closing the gateway");
    }
  }
}
