package io.millrace.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.bus.Addresses;
import io.millrace.bus.BusLimits;
import io.millrace.bus.FetchReply;
import io.millrace.bus.OffsetsReply;
import io.millrace.bus.OffsetsRequest;
import io.millrace.bus.ProduceReply;
import io.millrace.bus.ShardRequest;
import io.millrace.cluster.BusNode;
import io.millrace.cluster.HostPort;
import io.millrace.model.Acks;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.TimeSource;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.config.TopicSettings;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import io.millrace.partition.TestBatches;
import io.millrace.record.RecordSlice;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two nodes with real shards: what the one leads, the other writes and reads. */
class NodeGatewayIT {
  private static final int ONE = 0;
  private static final int TWO = 1;

  private final List<BusNode> buses = new ArrayList<>();
  private final List<TestNode> nodes = new ArrayList<>();

  @BeforeEach
  void start() {
    for (int id = 0; id < 2; id++) {
      List<HostPort> seeds = buses.stream().map(BusNode::discovery).toList();
      BusNode bus = new BusNode(id, 1, seeds, Map.of());
      buses.add(bus);
      nodes.add(
          new TestNode(bus.vertx(), bus.bus(), new NodeId(id), 2, new InMemoryLogs(), Map.of()));
    }
    BusNode.until(() -> buses.get(0).node().routes().hasRoute("1"));
    BusNode.until(() -> buses.get(1).node().routes().hasRoute("0"));
  }

  private void openGateway(int node) {
    TestNode on = nodes.get(node);
    TestNode.get(
        on.vertx.deployVerticle(
            new NodeGateway(
                new GatewayEnvironment(
                    on.self,
                    on.bus,
                    BusLimits.of(BrokerSettings.of(Map.of())),
                    on.admissions,
                    on.latest,
                    image -> {},
                    TimeSource.SYSTEM))));
  }

  @AfterEach
  void stop() {
    nodes.forEach(TestNode::close);
  }

  /** A topic with a partition for each of these leaders. */
  private static TopicImage topic(int... leaders) {
    List<PartitionImage> partitions = new ArrayList<>();
    for (int i = 0; i < leaders.length; i++) {
      NodeId leader = new NodeId(leaders[i]);
      partitions.add(
          new PartitionImage(i, Optional.of(leader), 1, 0, List.of(leader), List.of(leader)));
    }
    return topic(partitions);
  }

  private static TopicImage topic(List<PartitionImage> partitions) {
    return new TopicImage(
        new TopicId(7, 1), new TopicName("flights"), partitions, TopicSettings.of(Map.of()));
  }

  private PartitionId[] publish(TopicImage topic) {
    nodes.forEach(node -> TestNode.get(node.publish(topic)));
    return topic.partitions().stream()
        .map(partition -> topic.partitionId(partition.partition()))
        .toArray(PartitionId[]::new);
  }

  private ProduceReply produce(TestNode from, PartitionId... partitions) {
    return TestNode.get(
        from.produce(Acks.ALL, TestNode.FAR_MS, from.version(), partitions, TestBatches.of(3)));
  }

  private static long next(FetchReply.Result result) {
    RecordSlice slice = result.slice().orElseThrow();
    long next = slice.nextOffset();
    slice.release();
    return next;
  }

  @Test
  void shouldWriteAndReadWhateverNodeLeads() {
    // given
    openGateway(ONE);
    openGateway(TWO);
    PartitionId[] all = publish(topic(ONE, TWO, ONE, TWO, ONE));
    TestNode two = nodes.get(TWO);

    // when
    ProduceReply produced = produce(two, all);
    FetchReply fetched = TestNode.get(two.fetch(1, TestNode.FAR_MS, 0, all));

    // then
    assertThat(produced.results())
        .hasSize(5)
        .allSatisfy(result -> assertThat(result.error()).isEqualTo(ErrorCode.NONE))
        .allSatisfy(result -> assertThat(result.baseOffset()).isZero());
    assertThat(fetched.results())
        .hasSize(5)
        .allSatisfy(result -> assertThat(next(result)).isEqualTo(3));
    assertThat(two.offset(all[0], OffsetsRequest.LATEST).offset()).isEqualTo(3);
    assertThat(TestNode.get(two.deleteRecords(all[0], 2))).isEqualTo(2);
    assertThat(two.offset(all[0], OffsetsRequest.EARLIEST).offset()).isEqualTo(2);
  }

  @Test
  void shouldAskAgainUntilANewLeaderKnowsWhatIsCommitted() {
    // given
    openGateway(ONE);
    NodeId silent = new NodeId(9);
    PartitionId[] all = publish(inSync(1, silent));
    TestNode one = nodes.get(ONE);
    TestNode.get(one.produce(Acks.LEADER, TestNode.FAR_MS, one.version(), all, TestBatches.of(3)));
    publish(inSync(2, silent));
    TestNode two = nodes.get(TWO);
    two.offset(all[0], OffsetsRequest.EARLIEST); // The nodes know each other now.
    OffsetsReply.Result early = TestNode.get(two.latest(all[0], 500)).results().get(0);

    // when
    Future<OffsetsReply> late = two.latest(all[0], TestNode.FAR_MS);
    publish(inSync(3));

    // then
    assertThat(early.error()).isEqualTo(ErrorCode.OFFSET_NOT_AVAILABLE);
    assertThat(TestNode.get(late).results().get(0).offset()).isEqualTo(3);
  }

  /** A partition that node ONE leads, with other replicas in sync. */
  private static TopicImage inSync(int epoch, NodeId... others) {
    NodeId leader = new NodeId(ONE);
    List<NodeId> replicas = new ArrayList<>(List.of(leader));
    replicas.addAll(List.of(others));
    return topic(
        List.of(new PartitionImage(0, Optional.of(leader), epoch, epoch, replicas, replicas)));
  }

  @Test
  void shouldWakeAFetchThatWaitsForAnotherNode() {
    // given
    openGateway(ONE);
    PartitionId[] all = publish(topic(ONE, TWO));
    TestNode two = nodes.get(TWO);
    CompletableFuture<FetchReply> alone = two.fetch(1, TestNode.FAR_MS, 0, all[0]);
    CompletableFuture<FetchReply> both = two.fetch(1, TestNode.FAR_MS, 0, all);

    // when
    produce(nodes.get(ONE), all[0]);

    // then
    assertThat(next(TestNode.get(alone).results().get(0))).isEqualTo(3);
    FetchReply found = TestNode.get(both);
    assertThat(next(found.results().get(0))).isEqualTo(3);
    assertThat(found.results().get(1).slice()).isEmpty();
    assertThat(found.results().get(1).error()).isEqualTo(ErrorCode.NONE);
  }

  @Test
  void shouldAskAnewWhenAnotherNodeLeads() {
    // given
    openGateway(ONE);
    PartitionId[] all = publish(topic(ONE));
    TestNode two = nodes.get(TWO);
    CompletableFuture<FetchReply> waiting = two.fetch(1, TestNode.FAR_MS, 0, all[0]);

    // when
    TestNode.get(two.publish(topic(TWO)));
    produce(two, all[0]);

    // then
    assertThat(next(TestNode.get(waiting).results().get(0))).isEqualTo(3);
  }

  @Test
  void shouldSayThatItDoesNotLeadWhatHasMovedAway() {
    // given
    openGateway(ONE);
    PartitionId[] all = publish(topic(ONE));
    TestNode two = nodes.get(TWO);
    CompletableFuture<FetchReply> waiting = two.fetch(1, TestNode.FAR_MS, 0, all[0]);

    // when
    TestNode.get(nodes.get(ONE).publish(topic(TWO))); // The other node does not know it yet.

    // then
    assertThat(TestNode.get(waiting).results().get(0).error())
        .isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    assertThat(produce(two, all[0]).results().get(0).error())
        .isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    Future<OffsetsReply> asked = two.latest(all[0], TestNode.FAR_MS);
    TestNode.get(two.publish(topic(TWO)));
    assertThat(TestNode.get(asked).results().get(0).error()).isEqualTo(ErrorCode.NONE);
  }

  @Test
  void shouldNotKnowWhatBecameOfABatchWhoseLeaderWasReplaced() throws Exception {
    // given
    BlockingQueue<ShardRequest> taken = new LinkedBlockingQueue<>();
    nodes.get(ONE).bus.consume(Addresses.shards(new NodeId(ONE)), taken::add);
    PartitionId[] all = publish(topic(ONE));
    TestNode two = nodes.get(TWO);
    CompletableFuture<ProduceReply> sent =
        two.produce(Acks.ALL, TestNode.FAR_MS, two.version(), all, TestBatches.of(3));
    assertThat(taken.poll(20, TimeUnit.SECONDS)).isInstanceOf(ShardRequest.Append.class);

    // when
    TestNode.get(two.publish(topic(TWO)));

    // then
    assertThat(TestNode.get(sent).results().get(0).error()).isEqualTo(ErrorCode.UNKNOWN_OUTCOME);
  }

  @Test
  void shouldRefuseAtOnceWhatCanReachNobody() {
    // given
    PartitionId[] all = publish(topic(9));

    // when
    ProduceReply reply = produce(nodes.get(TWO), all);

    // then
    assertThat(reply.results().get(0).error()).isEqualTo(ErrorCode.LEADER_NOT_AVAILABLE);
  }

  @Test
  void shouldRefuseABatchThatNeverLeftWhenTheConnectionIsRefused() {
    // given
    PartitionId[] all = publish(topic(5));
    buses
        .get(TWO)
        .node()
        .routes()
        .registered(new NodeId(5), "gone", 1, new HostPort("127.0.0.1", 1));

    // when
    ProduceReply reply = produce(nodes.get(TWO), all);

    // then
    assertThat(reply.results().get(0).error()).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  }
}
