package io.millrace.server;

import io.millrace.bus.BusHelloClient;
import io.millrace.bus.BusLimits;
import io.millrace.bus.ControllerPeers;
import io.millrace.bus.ControllerReply;
import io.millrace.bus.HelloReply;
import io.millrace.bus.LoopBus;
import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.Hello;
import io.millrace.cluster.HostPort;
import io.millrace.cluster.JoinDecision;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.StreamException;
import io.millrace.model.TimeSource;
import io.millrace.model.control.ControllerAnswer;
import io.millrace.model.control.ControllerAsk;
import io.vertx.core.Future;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node asks others on its way into the cluster, while it has no number yet.
 *
 * <p>Threading: the starting thread, which waits for the answers.
 */
final class ClusterDoor {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterDoor.class);
  private static final long ANSWER_MS = 1_500;
  private static final long PAUSE_MS = 500;
  private static final long TIMEOUT_MS = 10_000;
  private static final int TELL_EVERY = 6;

  private final VertxStep loops;
  private final ClusterNode node;
  private final BusLimits limits;

  ClusterDoor(VertxStep loops, ClusterNode node, BusLimits limits) {
    this.loops = loops;
    this.node = node;
    this.limits = limits;
  }

  void pause() throws Exception {
    Waits.await(
        loops.vertx().timer(PAUSE_MS, TimeUnit.MILLISECONDS), TIMEOUT_MS, "waiting to ask again");
  }

  /** Who the node of this key is; empty if it does not answer. */
  Optional<Hello> hello(String key) {
    try {
      HelloReply reply =
          asked(loop -> new BusHelloClient(loop).ask(key, deadline()), "asking a node who it is");
      Hello hello =
          new Hello(
              reply.clusterId(),
              reply.nodeId(),
              reply.directoryId(),
              reply.controller(),
              reply.voters(),
              reply.founder(),
              reply.brokers().stream().map(ClusterDoor::broker).toList());
      node.learn(hello);
      return Optional.of(hello);
    } catch (Exception e) {
      LOG.debug("node={} does not say who it is: {}", key, e.getMessage());
      return Optional.empty();
    }
  }

  private static Hello.Broker broker(HelloReply.Broker broker) {
    return new Hello.Broker(
        broker.nodeId(),
        broker.directoryId(),
        broker.incarnation(),
        new HostPort(broker.host(), broker.port()));
  }

  /**
   * A number for this node's disk: the one that it wants, or any.
   *
   * @param wanted -1 for any
   * @throws StreamException if the cluster refuses it for good
   */
  NodeId allocate(JoinDecision.Join join, int wanted) throws Exception {
    Hello via = join.via();
    ControllerAsk ask =
        new ControllerAsk.AllocateNodeId(join.clusterId(), node.self().directoryId(), wanted);
    for (int round = 0; ; round++) {
      for (NodeId candidate : candidates(via)) {
        Optional<NodeId> given = allocated(candidate, ask);
        if (given.isPresent()) {
          return given.get();
        }
      }
      if (round % TELL_EVERY == 0) {
        LOG.info("waiting for the controller of cluster {} to give a node id", join.clusterId());
      }
      pause();
      via = hello("d-" + via.directoryId()).orElse(via);
    }
  }

  private static Set<NodeId> candidates(Hello via) {
    Set<NodeId> some = new LinkedHashSet<>();
    via.controller().ifPresent(some::add);
    some.addAll(via.voters());
    via.nodeId().ifPresent(some::add);
    return some;
  }

  private Optional<NodeId> allocated(NodeId candidate, ControllerAsk ask) throws Exception {
    ControllerReply reply;
    try {
      reply =
          asked(
              loop -> new ControllerPeers(loop).ask(candidate, ask, deadline()),
              "asking for a node id");
    } catch (StreamException e) {
      LOG.debug("node={} gives no node id: {}", candidate, e.getMessage());
      return Optional.empty();
    }
    if (reply instanceof ControllerReply.Answered answered) {
      return Optional.of(((ControllerAnswer.NodeIdAllocated) answered.answer()).nodeId());
    }
    ControllerReply.Refused refused = (ControllerReply.Refused) reply;
    boolean mayChange = refused.error() == ErrorCode.NOT_CONTROLLER || refused.error().retriable();
    if (!mayChange) {
      throw new StreamException(refused.error(), refused.reason());
    }
    return Optional.empty();
  }

  private static long deadline() {
    return TimeSource.SYSTEM.monotonicNanos() + TimeUnit.MILLISECONDS.toNanos(ANSWER_MS);
  }

  private <T> T asked(Function<LoopBus, Future<T>> question, String what) throws Exception {
    return Waits.await(
        loops.call(
            context -> {
              LoopBus loop = LoopBus.open(loops.vertx(), loops.bus(), TimeSource.SYSTEM, limits);
              return question.apply(loop).onComplete(done -> loop.close());
            }),
        TIMEOUT_MS,
        what);
  }
}
