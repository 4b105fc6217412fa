package io.millrace.verticle;

import io.millrace.bus.Addresses;
import io.millrace.bus.ControllerPeers;
import io.millrace.bus.ImagePublisher;
import io.millrace.bus.LoopBus;
import io.millrace.bus.MetadataRequest;
import io.millrace.bus.TypedBus;
import io.millrace.metadata.BrokerSessions;
import io.millrace.metadata.BrokerSupervisor;
import io.millrace.metadata.Controller;
import io.millrace.metadata.ControllerDriver;
import io.millrace.model.Lease;
import io.millrace.model.NodeId;
import io.millrace.model.config.ControllerSettings;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.BrokerListener;
import io.millrace.model.image.ClusterImage;
import io.millrace.replication.IsrProposal;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Drives the metadata of a node of a cluster: its replica of the metadata log, the controller while
 * it leads, and the node's own life as a broker, whose {@link #lease} the shards ask.
 *
 * <p>Its deployment completes when this node has registered, its shards have opened every partition
 * that it holds, and the controller lets it lead.
 */
public final class ClusterMetadataVerticle extends VerticleBase {
  private static final int TICK_MS = 100;
  private static final int HEARTBEATS_MISSED = 2;
  private static final int REQUEST_TIMEOUT_MS = 10_000;

  private final MetadataEnvironment environment;
  private final ClusterEnvironment cluster;
  private final BrokerLease lease;
  private final List<TypedBus.Registration> registrations = new ArrayList<>();
  private final List<Long> timers = new ArrayList<>();
  private ClusterImage committed = ClusterImage.empty();
  private @Nullable LoopBus loop;
  private @Nullable ClusterMeters meters;
  private volatile @Nullable BrokerLife life;
  private volatile @Nullable IsrProposals proposals;
  private long upkeepDueNanos;

  public ClusterMetadataVerticle(MetadataEnvironment environment, ClusterEnvironment cluster) {
    this.environment = environment;
    this.cluster = cluster;
    this.lease = new BrokerLease(environment.time());
    this.upkeepDueNanos = environment.time().monotonicNanos();
  }

  /** This node's leave to lead. */
  public Lease lease() {
    return lease;
  }

  /** What ties this node's shards to the cluster; theirs from before this is deployed on. */
  public ReplicationParts replication() {
    return new ReplicationParts(lease, this::brokerEpoch, this::propose);
  }

  private long brokerEpoch() {
    BrokerLife known = life;
    return known == null ? -1 : known.incarnation();
  }

  private void propose(IsrProposal proposal, Consumer<IsrProposal> whenRefused) {
    IsrProposals known = proposals;
    if (known != null) {
      known.propose(proposal, whenRefused);
    }
  }

  @Override
  public Future<?> start() {
    environment.onOwner().accept(context);
    NodeId self = environment.membership().nodeId();
    LoopBus opened =
        LoopBus.open(vertx, environment.bus(), environment.time(), environment.limits());
    loop = opened;
    ClusterMeters made = new ClusterMeters(self, cluster.metrics());
    meters = made;
    ImagePublications publications =
        new ImagePublications(
            new ImagePublisher(
                opened, environment.latest(), environment.shards(), Integer.MAX_VALUE));
    SupervisorSlot slot = new SupervisorSlot();
    ControllerDriver driver =
        new ControllerDriver(
            self,
            environment.log(),
            new Controller(environment.settings(), new SecureRandom()),
            state -> onCommitted(state.cluster(), publications, slot),
            environment.onFailure());
    BrokerSupervisor supervisor = supervisor(driver);
    slot.supervisor = supervisor;
    driver.watch(leadership(driver, supervisor));
    ControllerService service =
        new ControllerService(driver, supervisor, () -> committed, environment.time());
    ControllerLink link = link(self, service, opened);
    BrokerLife broker = live(self, link, publications);
    cluster.hints().accept(node -> context.runOnContext(now -> supervisor.onHint(node)));
    registrations.add(
        new ControllerQuestions(environment.bus(), service, () -> committed, environment.time())
            .take(self));
    takeRequests(
        new ForwardedRequests(
            link::ask,
            publications,
            self,
            REQUEST_TIMEOUT_MS,
            environment.settings().get(ServerSettings.METADATA_PENDING_MAX)));
    timers.add(vertx.setPeriodic(TICK_MS, id -> tick(driver, supervisor)));
    timers.add(vertx.setPeriodic(1, heartbeatMs(), id -> broker.beat()));
    driver.start();
    return broker.active();
  }

  private BrokerSupervisor supervisor(ControllerDriver driver) {
    return new BrokerSupervisor(
        driver, new BrokerSessions(sessionMs(), HEARTBEATS_MISSED * heartbeatMs()), sessionMs());
  }

  private int sessionMs() {
    return environment.settings().get(ControllerSettings.BROKER_SESSION_TIMEOUT_MS);
  }

  private int heartbeatMs() {
    return environment.settings().get(ControllerSettings.BROKER_HEARTBEAT_INTERVAL_MS);
  }

  private ControllerLink link(NodeId self, ControllerService service, LoopBus opened) {
    return new ControllerLink(
        self,
        service,
        new ControllerPeers(opened)::ask,
        () -> committed,
        environment.time(),
        (delayMs, task) -> vertx.setTimer(delayMs, id -> task.run()));
  }

  private BrokerLife live(NodeId self, ControllerLink link, ImagePublications publications) {
    BrokerLife broker =
        new BrokerLife(
            environment.membership().clusterId(),
            cluster.registration(),
            link::ask,
            lease,
            cluster.positions(),
            environment.time(),
            sessionMs());
    life = broker;
    proposals =
        new IsrProposals(
            self, link::ask, broker::incarnation, task -> context.runOnContext(now -> task.run()));
    publications.onPublished(broker::onFollowed);
    broker.onRegistered(() -> publish(publications));
    return broker;
  }

  /** The driver is made with a listener that needs what is made of the driver. */
  private static final class SupervisorSlot {
    @Nullable BrokerSupervisor supervisor;
  }

  private void onCommitted(
      ClusterImage image, ImagePublications publications, SupervisorSlot slot) {
    committed = image;
    BrokerSupervisor supervisor = slot.supervisor;
    if (supervisor != null) {
      supervisor.onImage(image, environment.time().monotonicNanos());
      show(image, supervisor.isLeading());
    }
    publish(publications);
  }

  /**
   * Shows the shards what is committed, unless it is older than this node's registration: what that
   * says they lead, they led in a former life.
   */
  private void publish(ImagePublications publications) {
    BrokerLife known = life;
    if (known != null && known.isIn(committed)) {
      publications.committed(committed);
    }
  }

  private ControllerDriver.Leadership leadership(
      ControllerDriver driver, BrokerSupervisor supervisor) {
    return new ControllerDriver.Leadership() {
      @Override
      public void onLeading() {
        supervisor.onLeading(committed, environment.time().monotonicNanos());
        show(committed, true);
        foundIfOwed(driver);
      }

      @Override
      public void onDeposed() {
        supervisor.onDeposed();
        show(committed, false);
      }
    };
  }

  private void show(ClusterImage image, boolean leads) {
    if (meters != null) {
      meters.onCommitted(image, leads);
    }
  }

  /** Asked until it is so, since any proposal may get lost. */
  private void foundIfOwed(ControllerDriver driver) {
    if (cluster.founds() && driver.isLeading() && committed.clusterId().isEmpty()) {
      driver.execute(controller -> controller.found(environment.membership().clusterId()));
    }
  }

  private void takeRequests(ForwardedRequests requests) {
    Outbox outbox = new Outbox(environment.bus());
    registrations.add(
        environment
            .bus()
            .consume(
                Addresses.metadata(),
                (MetadataRequest request) ->
                    requests
                        .answer(request)
                        .onSuccess(
                            reply -> {
                              outbox.reply(request.replyTo(), reply);
                              outbox.flush();
                            })));
  }

  private void tick(ControllerDriver driver, BrokerSupervisor supervisor) {
    long now = environment.time().monotonicNanos();
    driver.beginIfOwed();
    foundIfOwed(driver);
    supervisor.tick(now).forEach(broker -> probe(broker, supervisor));
    if (driver.isLeading() && now - upkeepDueNanos >= 0) {
      long intervalMs = environment.settings().get(ControllerSettings.CLUSTER_BALANCE_INTERVAL_MS);
      upkeepDueNanos = now + intervalMs * 1_000_000;
      long delayMs = environment.settings().get(ControllerSettings.AUTO_LEADER_REBALANCE_DELAY_MS);
      boolean isCalm = supervisor.isCalm(delayMs * 1_000_000, now);
      driver.execute(controller -> controller.brokers().upkeep(isCalm));
      driver.keepQuorum();
    }
  }

  private void probe(BrokerImage broker, BrokerSupervisor supervisor) {
    broker
        .endpoint(BrokerListener.BUS)
        .map(cluster.probe())
        .orElseGet(() -> Future.succeededFuture(false))
        .otherwise(false)
        .onSuccess(
            refused -> supervisor.onProbed(broker, refused, environment.time().monotonicNanos()));
  }

  /**
   * Has others lead what this node leads; any thread. It completes when they do, so it is given
   * some seconds.
   */
  public Future<Void> handOver() {
    Promise<Void> done = Promise.promise();
    context.runOnContext(
        now -> {
          BrokerLife broker = life;
          (broker == null ? Future.<Void>succeededFuture() : broker.stop()).onComplete(done);
        });
    return done.future();
  }

  @Override
  public Future<?> stop() {
    registrations.forEach(TypedBus.Registration::close);
    timers.forEach(vertx::cancelTimer);
    lease.end();
    return Future.fromCompletionStage(environment.log().close())
        .onComplete(
            closed -> {
              if (loop != null) {
                loop.close();
              }
              if (meters != null) {
                meters.close();
              }
            });
  }
}
