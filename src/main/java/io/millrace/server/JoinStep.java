package io.millrace.server;

import io.millrace.bus.BusHelloClient;
import io.millrace.bus.BusLimits;
import io.millrace.bus.HelloReply;
import io.millrace.bus.LoopBus;
import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.Hello;
import io.millrace.cluster.JoinDecision;
import io.millrace.cluster.Joining;
import io.millrace.cluster.MemberAttributes;
import io.millrace.model.TimeSource;
import io.millrace.model.config.ClusterSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.model.image.ClusterImage;
import io.millrace.verticle.HelloVerticle;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whether this node founds a cluster, joins one or goes on in its own, and from then on
 * answers others who ask that. Nothing on a node that is alone.
 */
final class JoinStep implements StartStep {
  private static final Logger LOG = LoggerFactory.getLogger(JoinStep.class);
  private static final long ANSWER_MS = 1_500;
  private static final long PAUSE_MS = 500;
  private static final long TIMEOUT_MS = 10_000;

  private final SettingValues settings;
  private final VertxStep loops;
  private final BusLimits limits;
  private final Supplier<ClusterImage> latest;
  private @Nullable JoinDecision decision;
  private @Nullable String deployment;

  /**
   * @param latest the newest image that this node follows, for what it tells others
   */
  JoinStep(
      SettingValues settings, VertxStep loops, BusLimits limits, Supplier<ClusterImage> latest) {
    this.settings = settings;
    this.loops = loops;
    this.limits = limits;
    this.latest = latest;
  }

  @Override
  public String name() {
    return "joining";
  }

  /** Found, Join or Resume; empty on a node that is alone. */
  Optional<JoinDecision> decision() {
    return Optional.ofNullable(decision);
  }

  @Override
  public void start() throws Exception {
    Optional<ClusterNode> cluster = loops.cluster();
    if (cluster.isEmpty()) {
      return;
    }
    ClusterNode node = cluster.get();
    deployment =
        Waits.await(
            loops
                .vertx()
                .deployVerticle(
                    new HelloVerticle(
                        loops.bus(), node.routes().selfKey(), id -> answer(node.self(), id))),
            TIMEOUT_MS,
            "answering who this node is");
    JoinDecision decided =
        new Joining(node, settings.get(ClusterSettings.CLUSTER_BOOTSTRAP), this::ask, this::pause)
            .decide();
    decision = decided;
    LOG.info("joining: {}", decided);
  }

  private void pause() throws Exception {
    Waits.await(
        loops.vertx().timer(PAUSE_MS, TimeUnit.MILLISECONDS), TIMEOUT_MS, "waiting to ask again");
  }

  private HelloReply answer(MemberAttributes self, long correlationId) {
    ClusterImage image = latest.get();
    Optional<String> clusterId =
        self.clusterId().or(() -> Optional.of(image.clusterId()).filter(known -> !known.isEmpty()));
    return new HelloReply(
        correlationId, clusterId, self.nodeId(), self.directoryId(), Optional.empty(), Set.of(), "", java.util.List.of());
  }

  private Optional<Hello> ask(String key) {
    try {
      HelloReply reply =
          Waits.await(
              loops.call(
                  context -> {
                    LoopBus loop =
                        LoopBus.open(loops.vertx(), loops.bus(), TimeSource.SYSTEM, limits);
                    return new BusHelloClient(loop)
                        .ask(
                            key,
                            TimeSource.SYSTEM.monotonicNanos()
                                + TimeUnit.MILLISECONDS.toNanos(ANSWER_MS))
                        .onComplete(done -> loop.close());
                  }),
              TIMEOUT_MS,
              "asking a node who it is");
      return Optional.of(
          new Hello(
              reply.clusterId(),
              reply.nodeId(),
              reply.directoryId(),
              reply.controller(),
              reply.voters(),
              reply.founder(),
              java.util.List.of()));
    } catch (Exception e) {
      LOG.debug("node={} does not say who it is: {}", key, e.getMessage());
      return Optional.empty();
    }
  }

  @Override
  public void stop() throws Exception {
    if (deployment != null) {
      Waits.await(loops.vertx().undeploy(deployment), TIMEOUT_MS, "closing the door");
    }
  }
}
