package io.millrace.verticle;

import io.millrace.bus.Addresses;
import io.millrace.bus.ReplicaGateway;
import io.millrace.bus.TypedBus;
import io.millrace.model.NodeId;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.List;

/**
 * Where other nodes send their followers' fetches: hands each shard of this node its part, which
 * the shard answers by itself. One per node.
 */
public final class ReplicationVerticle extends VerticleBase {
  private final TypedBus bus;
  private final NodeId self;
  private final ReplicaGateway gateway;
  private final List<TypedBus.Registration> registrations = new ArrayList<>();

  /** A verticle before so many shards. */
  public ReplicationVerticle(TypedBus bus, NodeId self, int shards) {
    this.bus = bus;
    this.self = self;
    this.gateway = new ReplicaGateway(bus, shards);
  }

  @Override
  public Future<?> start() {
    registrations.add(bus.consume(Addresses.replicas(self), gateway::split));
    return Future.succeededFuture();
  }

  @Override
  public Future<?> stop() {
    registrations.forEach(TypedBus.Registration::close);
    return Future.succeededFuture();
  }
}
