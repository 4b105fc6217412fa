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
 * <p>A heartbeat is answered only once the log's majority has confirmed, of a question sent after
 * the heartbeat came, that this node still is the controller. So whoever is the next one begins to
 * count the broker's session after the broker sent the heartbeat from which its lease counts, and
 * fences it for silence when that lease has ended.
 *
 * <p>Threading: the owner thread of the log; times are monotonic and given.
 */
public final class BrokerSupervisor {
  private final ControllerDriver driver;
  private final BrokerSessions sessions;
  private final LeadershipRounds rounds;
  private final int sessionTimeoutMs;
  private ClusterImage image = ClusterImage.empty();
  private boolean leading;

  public BrokerSupervisor(ControllerDriver driver, BrokerSessions sessions, int sessionTimeoutMs) {
    this.driver = driver;
    this.sessions = sessions;
    this.rounds = driver.leadershipRounds();
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
    rounds.onDeposed();
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

  /** Whether no broker came or went for so long, while this node led. */
  public boolean isCalm(long forNanos, long nowNanos) {
    return leading && nowNanos - sessions.changedNanos() >= forNanos;
  }

  /**
   * A broker was heard of. The stage completes when this node was confirmed to be the controller at
   * a time after this call.
   *
   * @return fails with NOT_CONTROLLER, or STALE_BROKER_EPOCH if it must register again
   */
  public CompletionStage<HeartbeatAnswer> onHeartbeat(HeartbeatReport report, long nowNanos) {
    if (!leading) {
      return CompletableFuture.failedFuture(new StreamException(ErrorCode.NOT_CONTROLLER));
    }
    Optional<BrokerImage> known = known(report);
    if (known.isEmpty()) {
      return CompletableFuture.failedFuture(unknown(report));
    }
    BrokerImage broker = known.get();
    sessions.onHeartbeat(report.nodeId(), report.incarnation(), nowNanos);
    driver.tell(controller -> controller.brokers().onPositions(broker, report.positions()));
    return decided(report, broker)
        .thenCombine(rounds.confirm(nowNanos), (mayStop, confirmed) -> answer(report, mayStop));
  }

  private Optional<BrokerImage> known(HeartbeatReport report) {
    return image
        .broker(report.nodeId())
        .filter(broker -> broker.incarnation() == report.incarnation());
  }

  private static StreamException unknown(HeartbeatReport report) {
    return new StreamException(
        ErrorCode.STALE_BROKER_EPOCH,
        "broker "
            + report.nodeId()
            + " is not registered as "
            + report.incarnation()
            + "; register again");
  }

  /** Does what the heartbeat asks for; whether the broker may stop if nobody needs it. */
  private CompletionStage<Boolean> decided(HeartbeatReport report, BrokerImage broker) {
    if (report.wantsToStop()) {
      return driver
          .execute(controller -> controller.brokers().fence(List.of(broker)))
          .thenApply(fenced -> true);
    }
    if (broker.fenced() && report.isReady()) {
      return driver
          .execute(controller -> controller.brokers().unfence(broker.id(), broker.incarnation()))
          .thenApply(unfenced -> false);
    }
    return CompletableFuture.completedFuture(false);
  }

  /**
   * As things are now, which is not how they were when the heartbeat came. A broker whose end is
   * decided and not committed yet gets no lease any more: it would go on beside who leads next.
   */
  private HeartbeatAnswer answer(HeartbeatReport report, boolean mayStop) {
    if (!leading) {
      throw new StreamException(ErrorCode.NOT_CONTROLLER);
    }
    BrokerImage broker = known(report).orElseThrow(() -> unknown(report));
    return new HeartbeatAnswer(
        sessionTimeoutMs,
        broker.fenced() || driver.ask(controller -> controller.brokers().isEnding(broker)),
        sessions.sinceVersion(broker.id()).orElse(image.version()),
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
   * Fences who is gone, and has the log asked for those who wait; to be called often.
   *
   * @return whom to probe
   */
  public List<BrokerImage> tick(long nowNanos) {
    if (!leading) {
      return List.of();
    }
    rounds.tick(nowNanos);
    BrokerSessions.Due due = sessions.due(nowNanos);
    if (!due.gone().isEmpty()) {
      // Asked again at every tick until it is so; what is so already changes nothing.
      driver.execute(controller -> controller.brokers().fence(due.gone()));
    }
    return due.probe();
  }
}
