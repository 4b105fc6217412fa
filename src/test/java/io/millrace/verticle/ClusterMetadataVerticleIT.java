package io.millrace.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.bus.BusLimits;
import io.millrace.bus.BusMetadataClient;
import io.millrace.bus.ProduceReply;
import io.millrace.log.segment.LogLimits;
import io.millrace.metadata.Membership;
import io.millrace.metadata.MetadataState;
import io.millrace.metadata.file.FileMetadataLog;
import io.millrace.metrics.MicrometerMetrics;
import io.millrace.model.Acks;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.TimeSource;
import io.millrace.model.TopicName;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.model.control.BrokerRegistration;
import io.millrace.model.control.ControllerAnswer;
import io.millrace.model.control.ControllerAsk;
import io.millrace.model.image.BrokerEndpoint;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.BrokerListener;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.ProcessLife;
import io.millrace.model.image.TopicImage;
import io.millrace.partition.TestBatches;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first node of a cluster, by the bus: real verticles, metadata log and logs. */
class ClusterMetadataVerticleIT {
  private static final NodeId SELF = TestNode.SELF;
  private static final int SHARDS = 2;

  @TempDir private Path root;
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private final List<ClusterImage> seen = new CopyOnWriteArrayList<>();
  private final MicrometerMetrics metrics = new MicrometerMetrics(1, 1_000);
  private TestNode node;
  private ExecutorService writer;
  private String deployment;
  private long starts;
  private ClusterMetadataVerticle verticle;
  private BusMetadataClient metadata;

  @BeforeEach
  void start() {
    open();
  }

  private void open() {
    starts++;
    SettingValues settings = BrokerSettings.of(Map.of("broker.heartbeat.interval.ms", "50"));
    LogLimits limits = new LogLimits(1 << 20, 60_000, 100, 1 << 20);
    node = new TestNode(2, SHARDS, new SegmentedLogs(root.resolve("logs"), limits), Map.of());
    writer = Executors.newSingleThreadExecutor();
    AtomicReference<Context> owner = new AtomicReference<>();
    FileMetadataLog log =
        FileMetadataLog.open(
            root.resolve("metadata"),
            settings,
            writer,
            task -> owner.get().runOnContext(now -> task.run()));
    verticle =
        new ClusterMetadataVerticle(
            new MetadataEnvironment(
                log,
                Membership.decide(Optional.empty(), SELF.value(), log.recovered(), new Random(1)),
                node.bus,
                BusLimits.of(settings),
                node.latest,
                SHARDS,
                settings,
                TimeSource.SYSTEM,
                owner::set,
                failures::add),
            new ClusterEnvironment(
                new BrokerRegistration(
                    SELF,
                    "disk",
                    Optional.of("rack"),
                    List.of(new BrokerEndpoint(BrokerListener.BUS, "localhost", 7801)),
                    MetadataState.SUPPORTED_VERSION,
                    false,
                    new ProcessLife(starts, "life" + starts)),
                true,
                endpoint -> Future.succeededFuture(false),
                listener -> {},
                metrics,
                wanted -> Future.succeededFuture(Map.of())));
    metadata = node.call(() -> new BusMetadataClient(node.loopBus, node.latest, 20_000));
    node.call(() -> metadata.onImage(seen::add));
    deployment = TestNode.get(node.vertx.deployVerticle(verticle));
  }

  @AfterEach
  void stop() throws InterruptedException {
    close();
    metrics.close();
  }

  private void close() throws InterruptedException {
    TestNode.get(node.vertx.undeploy(deployment));
    node.close();
    writer.shutdown();
    assertThat(writer.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    assertThat(failures).isEmpty();
  }

  @Test
  void shouldFoundTheClusterRegisterAndServe() {
    // when
    TopicImage topic =
        TestNode.get(
            node.call(() -> metadata.createTopic(new TopicName("flights"), 3, Map.of(), false)));

    // then
    BrokerImage broker = node.latest.get().broker(SELF).orElseThrow();
    assertThat(broker.fenced()).isFalse();
    assertThat(broker.rack()).contains("rack");
    assertThat(node.latest.get().controller()).contains(SELF);
    assertThat(topic.replicationGrows()).isTrue();
    ProduceReply.Result produced =
        TestNode.get(
                node.produce(
                    Acks.ALL,
                    TestNode.FAR_MS,
                    node.latest.get().version(),
                    new PartitionId[] {topic.partitionId(0)},
                    TestBatches.of(2)))
            .results()
            .get(0);
    assertThat(produced.error()).isEqualTo(ErrorCode.NONE);
  }

  @Test
  void shouldShowItsShardsNoImageOfAFormerLife() throws InterruptedException {
    // given
    TestNode.get(
        node.call(() -> metadata.createTopic(new TopicName("flights"), 1, Map.of(), false)));
    long before = node.latest.get().broker(SELF).orElseThrow().incarnation();
    close();
    seen.clear();

    // when
    open();

    // then
    assertThat(seen).filteredOn(image -> image.version() > 0).isNotEmpty();
    assertThat(seen)
        .filteredOn(image -> image.version() > 0)
        .allMatch(image -> image.broker(SELF).orElseThrow().incarnation() == before + 1);
    assertThat(verticle.replication().brokerEpoch().getAsLong()).isEqualTo(before + 1);
    assertThat(metrics.scrape()).contains("millrace_controller_active 1.0");
  }

  @Test
  void shouldHandOverAndLoseItsLease() {
    // given
    TestNode.get(
        node.call(() -> metadata.createTopic(new TopicName("flights"), 1, Map.of(), false)));

    // when
    TestNode.get(node.call(() -> verticle.handOver()));

    // then
    assertThat(verticle.lease().isValid()).isFalse();
  }

  @Test
  void shouldAnswerWhatTheControllerIsAsked() {
    // when
    ControllerAnswer ids =
        TestNode.get(node.call(() -> metadata.ask(new ControllerAsk.AllocateProducerIds(SELF))));
    ControllerAnswer other =
        TestNode.get(
            node.call(() -> metadata.ask(new ControllerAsk.AllocateNodeId("", "other", -1))));

    // then
    assertThat(ids).isEqualTo(new ControllerAnswer.ProducerIdsAllocated(0, 1_000));
    assertThat(((ControllerAnswer.NodeIdAllocated) other).nodeId()).isNotEqualTo(SELF);
  }
}
