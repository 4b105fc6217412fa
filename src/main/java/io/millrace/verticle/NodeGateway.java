package io.millrace.verticle;

import io.millrace.bus.Addresses;
import io.millrace.bus.BusPartitionClient;
import io.millrace.bus.LoopBus;
import io.millrace.bus.TypedBus;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import org.jspecify.annotations.Nullable;

/**
 * Takes what other nodes ask the shards of this one, over the bus between nodes. Deployed on a node
 * of a cluster alone, once its shards run.
 */
public final class NodeGateway extends VerticleBase {
  private final GatewayEnvironment environment;
  private @Nullable LoopBus loop;
  private @Nullable PeerOutbox post;
  private @Nullable PeerRequests requests;
  private TypedBus.@Nullable Registration registration;

  public NodeGateway(GatewayEnvironment environment) {
    this.environment = environment;
  }

  @Override
  public Future<?> start() {
    TypedBus bus = environment.bus();
    LoopBus opened = LoopBus.open(vertx, bus, environment.time(), environment.limits());
    loop = opened;
    PeerOutbox toPeers =
        new PeerOutbox(bus, (delayMs, task) -> vertx.setTimer(delayMs, id -> task.run()));
    post = toPeers;
    PeerRequests taken =
        new PeerRequests(
            new BusPartitionClient(
                opened, environment.admissions(), () -> environment.latest().get().version()),
            new Outbox(toPeers),
            environment.time());
    requests = taken;
    opened.onImage(changed -> environment.onImage().accept(changed.image()));
    environment.onImage().accept(environment.latest().get());
    registration = bus.consume(Addresses.shards(environment.self()), taken::handle);
    return Future.succeededFuture();
  }

  @Override
  public Future<?> stop() {
    if (registration != null) {
      registration.close();
    }
    if (requests != null) {
      requests.close();
    }
    if (loop != null) {
      loop.close();
    }
    if (post != null) {
      post.close();
    }
    return Future.succeededFuture();
  }
}
