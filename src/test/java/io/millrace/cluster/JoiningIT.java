package io.millrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.bus.BusHelloClient;
import io.millrace.bus.BusLimits;
import io.millrace.bus.HelloReply;
import io.millrace.bus.LoopBus;
import io.millrace.model.NodeId;
import io.millrace.model.TimeSource;
import io.millrace.model.config.BrokerSettings;
import io.millrace.verticle.HelloVerticle;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nodes with empty directories that ask each other over a real bus who founds. */
class JoiningIT {
  private final List<BusNode> nodes = new ArrayList<>();
  private final AtomicReference<String> founded = new AtomicReference<>("");

  private BusNode start(int id, String seeds, int port) {
    List<HostPort> known = nodes.stream().map(BusNode::discovery).toList();
    BusNode node =
        new BusNode(
            id, 1, known, Map.of("cluster.seeds", seeds, "cluster.port", Integer.toString(port)));
    nodes.add(node);
    BusNode.await(
        node.vertx()
            .deployVerticle(
                new HelloVerticle(
                    node.bus(), "d-" + node.node().self().directoryId(), this::answer)));
    return node;
  }

  private HelloReply answer(long correlationId) {
    return new HelloReply(
        correlationId,
        Optional.of(founded.get()).filter(id -> !id.isEmpty()),
        Optional.of(new NodeId(1)),
        "dir",
        Optional.of(new NodeId(1)),
        Set.of(new NodeId(1)),
        "1@dir",
        List.of());
  }

  private static Joining joining(BusNode node, Joining.Pause pause) {
    return new Joining(node.node(), false, key -> ask(node, key), pause);
  }

  private static Optional<Hello> ask(BusNode node, String key) {
    Promise<HelloReply> answer = Promise.promise();
    node.vertx()
        .getOrCreateContext()
        .runOnContext(
            now -> {
              LoopBus loop =
                  LoopBus.open(
                      node.vertx(),
                      node.bus(),
                      TimeSource.SYSTEM,
                      BusLimits.of(BrokerSettings.of(Map.of())));
              new BusHelloClient(loop)
                  .ask(key, TimeSource.SYSTEM.monotonicNanos() + TimeUnit.SECONDS.toNanos(5))
                  .onComplete(done -> loop.close())
                  .onComplete(answer);
            });
    HelloReply reply = BusNode.await(answer.future());
    return Optional.of(
        new Hello(
            reply.clusterId(),
            reply.nodeId(),
            reply.directoryId(),
            reply.controller(),
            reply.voters(),
            reply.founder(),
            List.of()));
  }

  @AfterEach
  void stop() {
    nodes.forEach(BusNode::close);
  }

  @Test
  void shouldLetTheFirstSeedFoundAndTheOtherJoin() throws Exception {
    // given
    int first = ClusterPorts.free();
    int second = ClusterPorts.freeAbove(first);
    String seeds = "127.0.0.1:" + second + ",127.0.0.1:" + first;
    BusNode one = start(1, seeds, first);
    CompletableFuture<String> waited = new CompletableFuture<>();
    assertThat(
            JoinDecision.decide(
                Optional.empty(), false, one.discovery(), one.node().config().seeds(), Map.of()))
        .as("the other seed is silent")
        .isInstanceOf(JoinDecision.Wait.class);
    BusNode two = start(2, seeds, second);

    // when
    JoinDecision ofOne =
        joining(one, () -> BusNode.await(one.vertx().timer(50, TimeUnit.MILLISECONDS))).decide();
    CompletableFuture<JoinDecision> ofTwo =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return joining(
                        two,
                        () -> {
                          waited.complete("once");
                          BusNode.await(two.vertx().timer(50, TimeUnit.MILLISECONDS));
                        })
                    .decide();
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
    waited.get(BusNode.PATIENCE_SECONDS, TimeUnit.SECONDS);
    founded.set("cluster-of-one");

    // then
    assertThat(ofOne).isEqualTo(new JoinDecision.Found());
    assertThat(ofTwo.get(BusNode.PATIENCE_SECONDS, TimeUnit.SECONDS))
        .isInstanceOfSatisfying(
            JoinDecision.Join.class,
            join -> {
              assertThat(join.clusterId()).isEqualTo("cluster-of-one");
              assertThat(join.via().controller()).contains(new NodeId(1));
            });
  }
}
