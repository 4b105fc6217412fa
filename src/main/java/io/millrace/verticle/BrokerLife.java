package io.millrace.verticle;

import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.model.TimeSource;
import io.millrace.model.control.BrokerRegistration;
import io.millrace.model.control.ControllerAnswer;
import io.millrace.model.control.ControllerAsk;
import io.millrace.model.control.HeartbeatAnswer;
import io.millrace.model.control.HeartbeatReport;
import io.millrace.model.control.ReplicaPosition;
import io.millrace.model.image.ClusterImage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node as a broker of its cluster: registers, says that it is there twice a second, and holds
 * the lease that the answers give. It registers again when the controller does not know it any
 * more.
 *
 * <pre>
 *   unregistered --Registered--> registered, fenced --answer, not fenced--> active
 *        ^                                                                    |
 *        +------------------------- STALE_BROKER_EPOCH ------------------------+
 * </pre>
 *
 * <p>Threading: the metadata verticle's context, which calls {@link #beat} at each interval.
 */
final class BrokerLife {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerLife.class);
  private static final int REGISTER_TIMEOUT_MS = 5_000;
  private static final long NOT_REGISTERED = -1;

  private final String clusterId;
  private final BrokerRegistration registration;
  private final Asking controller;
  private final BrokerLease lease;
  private final Function<List<PartitionId>, Future<Map<PartitionId, ReplicaPosition>>> positions;
  private final TimeSource time;
  private final int heartbeatTimeoutMs;
  private final Promise<Void> active = Promise.promise();
  private final Promise<Void> stopped = Promise.promise();
  private Runnable onRegistered = () -> {};
  private volatile long incarnation = NOT_REGISTERED;
  private boolean registering;
  private boolean registeredBefore;
  private ClusterImage followed = ClusterImage.empty();
  private boolean wantsToStop;
  private long lastAnsweredNanos;
  private Map<PartitionId, ReplicaPosition> told = Map.of();

  /** Asks the controller, wherever it is. */
  @FunctionalInterface
  interface Asking {
    Future<ControllerAnswer> ask(ControllerAsk ask, int timeoutMs);
  }

  /**
   * @param registration of the first time; later ones of this process are never unclean
   * @param positions how far this node's logs go
   */
  BrokerLife(
      String clusterId,
      BrokerRegistration registration,
      Asking controller,
      BrokerLease lease,
      Function<List<PartitionId>, Future<Map<PartitionId, ReplicaPosition>>> positions,
      TimeSource time,
      int heartbeatTimeoutMs) {
    this.clusterId = clusterId;
    this.registration = registration;
    this.controller = controller;
    this.lease = lease;
    this.positions = positions;
    this.time = time;
    this.heartbeatTimeoutMs = heartbeatTimeoutMs;
    this.lastAnsweredNanos = time.monotonicNanos();
  }

  /** Completes when this node may lead for the first time. */
  Future<Void> active() {
    return active.future();
  }

  /** Calls this back whenever it is registered, in a new life. */
  void onRegistered(Runnable listener) {
    onRegistered = listener;
  }

  /** Whether an image knows of this life: what it says that this node leads is of it. */
  boolean isIn(ClusterImage image) {
    long life = incarnation;
    return life != NOT_REGISTERED
        && image
            .broker(registration.nodeId())
            .filter(broker -> broker.incarnation() == life)
            .isPresent();
  }

  /** Under which it is registered, -1 before; asked on any thread. */
  long incarnation() {
    return incarnation;
  }

  /** The shards follow this image. */
  void onFollowed(ClusterImage image) {
    followed = image;
    lease.onFollowed(image.version());
  }

  /** Has others lead what this node leads; completes when they do, or nobody can be asked. */
  Future<Void> stop() {
    wantsToStop = true;
    beat();
    return stopped.future();
  }

  /** To be called at each heartbeat interval. */
  void beat() {
    if (incarnation == NOT_REGISTERED) {
      register();
    } else {
      sendHeartbeat();
    }
  }

  private void register() {
    if (registering) {
      return;
    }
    registering = true;
    NodeId node = registration.nodeId();
    BrokerRegistration now =
        new BrokerRegistration(
            node,
            registration.directoryId(),
            registration.rack(),
            registration.endpoints(),
            registration.supportedVersion(),
            registration.unclean() && !registeredBefore,
            registration.life());
    controller
        .ask(new ControllerAsk.RegisterBroker(clusterId, now), REGISTER_TIMEOUT_MS)
        .onComplete(done -> registering = false)
        .onSuccess(
            answer -> {
              ControllerAnswer.Registered registered = (ControllerAnswer.Registered) answer;
              incarnation = registered.incarnation();
              registeredBefore = true;
              LOG.info("nodeId={} registered incarnation={}", node, incarnation);
              onRegistered.run();
            })
        .onFailure(this::onRegistrationFailed);
  }

  /** What asking again cannot change ends the start; the rest is tried again at the next beat. */
  private void onRegistrationFailed(Throwable error) {
    boolean isFinal = error instanceof StreamException known && !known.code().retriable();
    LOG.warn("nodeId={} is not registered yet: {}", registration.nodeId(), error.getMessage());
    if (isFinal) {
      active.tryFail(error);
    }
  }

  private void sendHeartbeat() {
    long sentAt = time.monotonicNanos();
    long life = incarnation;
    HeartbeatReport report =
        new HeartbeatReport(registration.nodeId(), life, isIn(followed), wantsToStop, told);
    controller
        .ask(new ControllerAsk.BrokerHeartbeat(report), heartbeatTimeoutMs)
        .onSuccess(
            answer -> {
              if (life == incarnation) {
                onAnswered(((ControllerAnswer.HeartbeatAnswered) answer).answer(), sentAt);
              }
            })
        .onFailure(error -> onHeartbeatFailed(error, life));
  }

  private void onAnswered(HeartbeatAnswer answer, long sentAtNanos) {
    if (sentAtNanos - lastAnsweredNanos < 0) {
      return; // Overtaken: a later one has been answered.
    }
    lastAnsweredNanos = sentAtNanos;
    if (answer.isFenced()) {
      lease.end();
    } else {
      lease.grant(sentAtNanos, answer.sessionTimeoutMs(), answer.leaseVersion());
      active.tryComplete();
    }
    if (answer.mayStop()) {
      stopped.tryComplete();
    }
    if (answer.positionsWanted().isEmpty()) {
      told = Map.of();
    } else {
      positions
          .apply(answer.positionsWanted())
          .onSuccess(found -> told = found)
          .onFailure(error -> LOG.warn("no positions to tell: {}", error.getMessage()));
    }
  }

  private void onHeartbeatFailed(Throwable error, long life) {
    boolean isUnknown =
        error instanceof StreamException known && known.code() == ErrorCode.STALE_BROKER_EPOCH;
    if (isUnknown && life == incarnation) {
      LOG.warn("nodeId={} has to register again", registration.nodeId());
      lease.end();
      incarnation = NOT_REGISTERED;
    }
  }
}
