package io.millrace.verticle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.bus.BusLimits;
import io.millrace.bus.BusMetadataClient;
import io.millrace.bus.FetchReply;
import io.millrace.bus.ProduceReply;
import io.millrace.log.segment.LogLimits;
import io.millrace.metadata.Membership;
import io.millrace.metadata.file.FileMetadataLog;
import io.millrace.model.Acks;
import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.TimeSource;
import io.millrace.model.TopicName;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.model.config.TopicSettings;
import io.millrace.model.control.ControllerAsk;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.TopicImage;
import io.millrace.partition.TestBatches;
import io.millrace.record.RecordSlice;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Topics from their creation to their end, by the bus: real verticles, metadata log and logs. */
class MetadataVerticleIT {
  private static final TopicName FLIGHTS = new TopicName("flights");
  private static final int SHARDS = 3;

  @TempDir private Path root;
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private TestNode node;
  private ExecutorService writer;
  private String deployment;
  private BusMetadataClient metadata;

  private void start() {
    SettingValues settings = BrokerSettings.of(Map.of());
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
    Membership membership =
        Membership.decide(Optional.empty(), TestNode.SELF.value(), log.recovered(), new Random(1));
    MetadataVerticle verticle =
        new MetadataVerticle(
            new MetadataEnvironment(
                log,
                membership,
                node.bus,
                BusLimits.of(settings),
                node.latest,
                SHARDS,
                settings,
                TimeSource.SYSTEM,
                owner::set,
                failures::add));
    deployment = TestNode.get(node.vertx.deployVerticle(verticle));
    metadata = node.call(() -> new BusMetadataClient(node.loopBus, node.latest, 20_000));
  }

  @AfterEach
  void stop() throws InterruptedException {
    TestNode.get(node.vertx.undeploy(deployment));
    node.close();
    writer.shutdown();
    assertThat(writer.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    assertThat(failures).isEmpty();
  }

  private TopicImage create(int partitions) {
    return change(
        () -> metadata.createTopic(FLIGHTS, partitions, Map.of("retention.ms", "5000"), false));
  }

  /** Asks on the client's loop and waits for the answer. */
  private <T> T change(Callable<Future<T>> request) {
    return TestNode.get(node.call(request));
  }

  private ProduceReply.Result produce(PartitionId partition, int records) {
    PartitionId[] only = {partition};
    long version = node.latest.get().version();
    return TestNode.get(
            node.produce(Acks.ALL, TestNode.FAR_MS, version, only, TestBatches.of(records)))
        .results()
        .get(0);
  }

  /** The offset behind what is read from the beginning; releases it. */
  private long readAll(PartitionId partition) {
    FetchReply.Result result =
        TestNode.get(node.fetch(1, TestNode.FAR_MS, 0, partition)).results().get(0);
    assertThat(result.error()).as(result.reason()).isEqualTo(ErrorCode.NONE);
    RecordSlice slice = result.slice().orElseThrow();
    long next = slice.nextOffset();
    slice.release();
    return next;
  }

  @Test
  void shouldSayThatThereIsNobodyToMoveAnythingTo() {
    // given
    start();

    // then
    assertThatThrownBy(
            () -> change(() -> metadata.ask(new ControllerAsk.DrainBroker(TestNode.SELF, true))))
        .hasMessageContaining("this node is alone");
    assertThatThrownBy(() -> change(() -> metadata.ask(new ControllerAsk.Rebalance())))
        .hasMessageContaining("this node is alone");
    assertThat(node.latest.get().broker(TestNode.SELF).orElseThrow().draining()).isFalse();
  }

  @Test
  void shouldTakeRecordsAsSoonAsATopicIsCreated() {
    // given
    start();

    // when
    TopicImage topic = create(4);
    List<ErrorCode> produced =
        Stream.of(0, 1, 2, 3).map(p -> produce(topic.partitionId(p), p + 1).error()).toList();

    // then
    assertThat(produced).containsOnly(ErrorCode.NONE);
    assertThat(readAll(topic.partitionId(3))).isEqualTo(4);
    assertThat(metadata.image().topic(FLIGHTS)).contains(topic);
    assertThat(topic.settings().get(TopicSettings.RETENTION_MS)).isEqualTo(5_000L);
  }

  @Test
  void shouldAlterAndGrowATopicInUse() {
    // given
    start();
    TopicImage topic = create(1);
    produce(topic.partitionId(0), 3);
    List<ClusterImage> seen = new CopyOnWriteArrayList<>();
    node.call(() -> metadata.onImage(seen::add));

    // when
    change(() -> metadata.alterTopic(FLIGHTS, Map.of("max.message.bytes", "100")));
    ErrorCode tooLarge = produce(topic.partitionId(0), 50).error();
    change(() -> metadata.alterTopic(FLIGHTS, Map.of("max.message.bytes", "")));
    TopicImage grown = change(() -> metadata.createPartitions(FLIGHTS, 3));
    ErrorCode accepted = produce(grown.partitionId(2), 50).error();

    // then
    assertThat(tooLarge).isEqualTo(ErrorCode.MESSAGE_TOO_LARGE);
    assertThat(accepted).isEqualTo(ErrorCode.NONE);
    assertThat(grown.id()).isEqualTo(topic.id());
    assertThat(readAll(topic.partitionId(0))).isEqualTo(3);
    assertThat(seen).extracting(ClusterImage::version).isSorted().doesNotHaveDuplicates();
    assertThat(seen.get(seen.size() - 1).topic(FLIGHTS)).contains(grown);
  }

  @Test
  void shouldForgetADeletedTopicAndItsRecords() throws Exception {
    // given
    start();
    TopicImage first = create(2);
    produce(first.partitionId(1), 3);

    // when
    change(() -> metadata.deleteTopic(FLIGHTS));
    ErrorCode gone = produce(first.partitionId(1), 1).error();
    TopicImage second = create(2);
    produce(second.partitionId(1), 7);

    // then
    assertThat(gone).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(second.id()).isNotEqualTo(first.id());
    assertThat(readAll(second.partitionId(1))).isEqualTo(7);
    assertThat(Files.exists(root.resolve("logs").resolve(second.partitionId(1).toString())))
        .isTrue();
  }

  @Test
  void shouldRefuseWhatContradictsWhatIsThereAndChangeNothing() {
    // given
    start();
    TopicImage topic = create(2);

    // when // then
    assertRefused(ErrorCode.TOPIC_ALREADY_EXISTS, () -> create(2));
    assertRefused(
        ErrorCode.INVALID_PARTITIONS, () -> change(() -> metadata.createPartitions(FLIGHTS, 1)));
    assertRefused(
        ErrorCode.INVALID_CONFIG,
        () -> change(() -> metadata.alterTopic(FLIGHTS, Map.of("retention.ms", "soon"))));
    assertRefused(
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        () -> change(() -> metadata.deleteTopic(new TopicName("missing"))));
    assertThat(metadata.image().topics()).containsExactly(topic);
  }

  private static void assertRefused(ErrorCode code, Runnable what) {
    assertThatThrownBy(what::run).rootCause().hasFieldOrPropertyWithValue("code", code);
  }

  @Test
  void shouldKnowItsTopicsAndRecordsAfterARestart() throws Exception {
    // given
    start();
    TopicImage topic = create(2);
    produce(topic.partitionId(0), 5);
    long producerId = change(() -> metadata.allocateProducerId());
    stop();

    // when
    start();

    // then
    TopicImage after = metadata.image().topic(FLIGHTS).orElseThrow();
    assertThat(after.id()).isEqualTo(topic.id());
    assertThat(after.settings().given()).isEqualTo(topic.settings().given());
    assertThat(readAll(after.partitionId(0))).isEqualTo(5);
    assertThat(produce(after.partitionId(0), 1).baseOffset()).isEqualTo(5);
    assertThat(change(() -> metadata.allocateProducerId())).isGreaterThan(producerId);
  }
}
