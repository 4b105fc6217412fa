package io.millrace.metadata;

import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.StreamException;
import io.millrace.model.control.HeartbeatAnswer;
import io.millrace.model.control.HeartbeatReport;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.ClusterImage;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What the controller knows of brokers beside the metadata: who is heard of. It fences those that
 * are gone and unfences those that are back, each with what they lead in one proposal.
 *
 * <p>Threading: the owner thread of the log; times are monotonic and given.
 */
public final class BrokerSupervisor {
  private final ControllerDriver driver;
  private final BrokerSessions sessions;
  private final int sessionTimeoutMs;
  private ClusterImage image = ClusterImage.empty();
  private boolean leading;

  public BrokerSupervisor(ControllerDriver driver, BrokerSessions sessions, int sessionTimeoutMs) {
    this.driver = driver;
    this.sessions = sessions;
    this.sessionTimeoutMs = sessionTimeoutMs;
  }

  /** This node is the controller; the state is committed. */
  public void onLeading(ClusterImage committed, long nowNanos) {
    leading = true;
    image = committed;
    sessions.onElected(committed, nowNanos);
  }

  public void onDeposed() {
    leading = false;
  }

  public boolean isLeading() {
    return leading;
  }

  /** The metadata came to this image. */
  public void onImage(ClusterImage committed, long nowNanos) {
    image = committed;
    if (leading) {
      sessions.onImage(committed, nowNanos);
    }
  }

  /**
   * A broker was heard of.
   *
   * @return fails with NOT_CONTROLLER, or STALE_BROKER_EPOCH if it must register again
   */
  public CompletionStage<HeartbeatAnswer> onHeartbeat(HeartbeatReport report, long nowNanos) {
    if (!leading) {
      return CompletableFuture.failedFuture(new StreamException(ErrorCode.NOT_CONTROLLER));
    }
    Optional<BrokerImage> known =
        image
            .broker(report.nodeId())
            .filter(broker -> broker.incarnation() == report.incarnation());
    if (known.isEmpty()) {
      return CompletableFuture.failedFuture(
          new StreamException(
              ErrorCode.STALE_BROKER_EPOCH,
              "broker "
                  + report.nodeId()
                  + " is not registered as "
                  + report.incarnation()
                  + "; register again"));
    }
    BrokerImage broker = known.get();
    sessions.onHeartbeat(report.nodeId(), report.incarnation(), nowNanos);
    driver.tell(controller -> controller.brokers().onPositions(broker, report.positions()));
    if (report.wantsToStop()) {
      return driver
          .execute(controller -> controller.brokers().fence(List.of(broker)))
          .thenApply(fenced -> answer(report.nodeId(), true));
    }
    if (broker.fenced() && report.isReady()) {
      return driver
          .execute(controller -> controller.brokers().unfence(broker.id(), broker.incarnation()))
          .thenApply(unfenced -> answer(report.nodeId(), false));
    }
    return CompletableFuture.completedFuture(answer(report.nodeId(), false));
  }

  private HeartbeatAnswer answer(NodeId node, boolean mayStop) {
    BrokerImage broker = image.broker(node).orElseThrow();
    return new HeartbeatAnswer(
        sessionTimeoutMs,
        broker.fenced(),
        sessions.sinceVersion(node).orElse(image.version()),
        mayStop && broker.fenced(),
        driver.ask(controller -> controller.brokers().positionsWanted(broker)));
  }

  /** Something says that a broker may be gone; of no account while another node leads. */
  public void onHint(NodeId node) {
    sessions.onHint(node);
  }

  /** A probe that {@link #tick} asked for is done. */
  public void onProbed(BrokerImage life, boolean refused, long nowNanos) {
    sessions.onProbed(life, refused, nowNanos);
  }

  /**
   * Fences who is gone; to be called often.
   *
   * @return whom to probe
   */
  public List<BrokerImage> tick(long nowNanos) {
    if (!leading) {
      return List.of();
    }
    BrokerSessions.Due due = sessions.due(nowNanos);
    if (!due.gone().isEmpty()) {
      // Asked again at every tick until it is so; what is so already changes nothing.
      driver.execute(controller -> controller.brokers().fence(due.gone()));
    }
    return due.probe();
  }
}
