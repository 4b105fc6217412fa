package io.millrace.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.bus.Admission;
import io.millrace.bus.BusGroupClient;
import io.millrace.bus.BusLimits;
import io.millrace.bus.BusMetadataClient;
import io.millrace.bus.FetchReply;
import io.millrace.bus.GroupClient;
import io.millrace.group.codec.GroupRecordCodec;
import io.millrace.log.segment.LogLimits;
import io.millrace.model.AppendCondition;
import io.millrace.model.ErrorCode;
import io.millrace.model.InternalTopics;
import io.millrace.model.Metrics;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.model.TimeSource;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse;
import io.millrace.model.group.GroupResponse.CommittedOffset;
import io.millrace.model.group.GroupState;
import io.millrace.model.group.OpaqueBytes;
import io.millrace.model.image.TopicImage;
import io.millrace.partition.TestBatches;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Client, coordinators, shards and real files together. */
class GroupVerticleIT {
  private static final TopicImage FLIGHTS = TestNode.topic("flights", 2, 6, Map.of());
  private static final TopicImage OFFSETS =
      TestNode.topic("__consumer_offsets", 1, 5, Map.of("segment.bytes", "65536"));

  @TempDir private Path root;
  private SegmentedLogs logs;
  private TestNode node;
  private String deployment;
  private Admission admission;
  private GroupClient client;

  private void start(Map<String, String> given) {
    LogLimits limits = new LogLimits(0, 60_000, 100, 1 << 20);
    logs = logs == null ? new SegmentedLogs(root, limits) : logs;
    SettingValues settings = BrokerSettings.of(given);
    node = new TestNode(2, 2, logs, given);
    deployment =
        TestNode.get(
            node.vertx.deployVerticle(
                new GroupVerticle(
                    new GroupEnvironment(
                        TestNode.SELF,
                        node.bus,
                        BusLimits.of(settings),
                        node.admissions,
                        node.latest,
                        TestCoordinators.of(settings),
                        new GroupRecordCodec(),
                        settings,
                        TimeSource.SYSTEM,
                        Metrics.NONE))));
    admission = BusGroupClient.newAdmission(settings);
    client =
        node.call(
            () ->
                new BusGroupClient(
                    node.loopBus,
                    new BusMetadataClient(node.loopBus, node.latest, 20_000),
                    admission,
                    settings));
    TestNode.get(node.publish(FLIGHTS, OFFSETS));
  }

  @AfterEach
  void stop() {
    if (node != null) {
      TestNode.get(node.vertx.undeploy(deployment));
      assertThat(admission.messages()).isZero();
      node.close();
      node = null;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "1", "2", "3", "4"})
  void shouldHaveThePositionsAfterARestart(String compression) {
    // given
    Map<String, String> given =
        Map.of("offsets.topic.compression.codec", compression, "offsets.load.buffer.size", "16384");
    start(given);
    List<Future<GroupResponse.OffsetsCommitted>> commits = new ArrayList<>();
    askUntilLoaded();
    for (int round = 0; round < 50; round++) {
      for (int group = 0; group < 20; group++) {
        commits.add(ask(TestCoordinators.commit("g" + group, "flights", group % 6, round)));
      }
    }
    commits.forEach(TestNode::get);

    // when
    stop();
    start(given);

    // then
    for (int group = 0; group < 20; group++) {
      assertThat(askAgain(TestCoordinators.positions("g" + group)).offsets())
          .extracting(CommittedOffset::offset)
          .containsExactly(49L);
    }
    assertThat(list()).hasSize(20);
  }

  @Test
  void shouldAnswerAtOnceOnceTheCoordinatorWasFound() {
    // given
    start(Map.of());
    TestNode.get(node.call(() -> client.findCoordinator("g")));
    TestNode.get(ask(TestCoordinators.commit("g", "flights", 1, 5)));

    // when
    stop();
    start(Map.of());
    TestNode.get(node.call(() -> client.findCoordinator("g")));

    // then
    assertThat(TestNode.get(ask(TestCoordinators.positions("g"))).offsets())
        .extracting(CommittedOffset::offset)
        .containsExactly(5L);
  }

  /** As if another node had been the leader meanwhile: only the log says so. */
  @Test
  void shouldLoadAgainWhenSomebodyElseAppended() {
    // given
    start(Map.of());
    askAgain(TestCoordinators.commit("g", "flights", 1, 5));
    PartitionId partition =
        OFFSETS.partitionId(InternalTopics.partitionOfGroup("g", OFFSETS.partitions().size()));
    assertThat(node.produce(partition, TestBatches.of(1), new AppendCondition(1, 1)).error())
        .isEqualTo(ErrorCode.NONE);

    // when
    Future<GroupResponse.OffsetsCommitted> commit =
        ask(TestCoordinators.commit("g", "flights", 1, 6));

    // then
    assertThat(failure(commit)).isEqualTo(ErrorCode.NOT_COORDINATOR);
    assertThat(askAgain(TestCoordinators.positions("g")).offsets())
        .extracting(CommittedOffset::offset)
        .containsExactly(5L);
    assertThat(askAgain(TestCoordinators.commit("g", "flights", 1, 7)).error().isError()).isFalse();
    assertThat(node.offset(partition, -1).offset()).isEqualTo(3);
  }

  @Test
  void shouldAnswerOnlyWhatIsDurableInFlushModeAck() throws Exception {
    // given
    start(Map.of());
    TopicImage ack =
        new TopicImage(
            OFFSETS.id(),
            OFFSETS.name(),
            OFFSETS.partitions(),
            OFFSETS.settings().with(Map.of("flush.mode", "ack")));
    TestNode.get(node.publish(FLIGHTS, ack));

    // when
    GroupResponse.OffsetsCommitted done = askAgain(TestCoordinators.commit("g", "flights", 1, 5));

    // then
    assertThat(done.error().isError()).isFalse();
    PartitionId partition =
        OFFSETS.partitionId(InternalTopics.partitionOfGroup("g", OFFSETS.partitions().size()));
    FetchReply.Result fetched =
        node.fetch(1, TestNode.FAR_MS, 0, partition).get(20, TimeUnit.SECONDS).results().get(0);
    assertThat(fetched.highWatermark()).isEqualTo(1);
    fetched.slice().orElseThrow().release();
  }

  @Test
  void shouldLetTwoClassicMembersShareAGroup() {
    // given
    start(Map.of("group.initial.rebalance.delay.ms", "0"));
    GroupResponse.Joined alone = askAgain(join("", "a"));
    String first = alone.memberId();
    assertThat(alone.leaderId()).isEqualTo(first);
    askAgain(sync(first, alone.generation(), Map.of(first, bytes(1))));

    // when
    Future<GroupResponse.Joined> joining = ask(join("", "b"));
    GroupRequest.Heartbeat heartbeat =
        new GroupRequest.Heartbeat(
            "g", new GroupRequest.Member(first, Optional.empty()), alone.generation());
    assertThat(askAgain(heartbeat).error().code()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
    GroupResponse.Joined again = askAgain(join(first, "a"));
    String second = TestNode.get(joining).memberId();

    // then
    assertThat(again.generation()).isEqualTo(alone.generation() + 1);
    assertThat(again.members())
        .extracting(GroupResponse.JoinedMember::memberId)
        .containsExactlyInAnyOrder(first, second);
    Future<GroupResponse.Synced> waiting = ask(sync(second, again.generation(), Map.of()));
    GroupResponse.Synced mine =
        askAgain(sync(first, again.generation(), Map.of(first, bytes(2), second, bytes(3))));
    assertThat(mine.assignment()).isEqualTo(bytes(2));
    assertThat(TestNode.get(waiting).assignment()).isEqualTo(bytes(3));

    // when
    stop();
    start(Map.of());

    // then
    GroupResponse.Described described = askAgain(new GroupRequest.Describe("g"));
    assertThat(described.state()).isEqualTo(GroupState.STABLE);
    assertThat(described.members()).hasSize(2);
  }

  private static GroupRequest.Join join(String memberId, String clientId) {
    return new GroupRequest.Join(
        "g",
        new GroupRequest.Member(memberId, Optional.empty()),
        new GroupRequest.ClientOrigin(clientId, "/127.0.0.1"),
        30_000,
        30_000,
        "consumer",
        List.of(new GroupRequest.Protocol("range", bytes(9))),
        false,
        false,
        "");
  }

  private static GroupRequest.Sync sync(
      String memberId, int generation, Map<String, OpaqueBytes> assignments) {
    return new GroupRequest.Sync(
        "g",
        new GroupRequest.Member(memberId, Optional.empty()),
        generation,
        "consumer",
        "range",
        assignments);
  }

  private static OpaqueBytes bytes(int value) {
    return OpaqueBytes.of(new byte[] {(byte) value});
  }

  private <R extends GroupResponse> Future<R> ask(GroupRequest<R> request) {
    return node.call(() -> client.ask(request, TestNode.inMs(TestNode.FAR_MS)).answer());
  }

  /** Asks until the coordinator is loaded, as clients do. */
  private <R extends GroupResponse> R askAgain(GroupRequest<R> request) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (true) {
      try {
        return ask(request).toCompletionStage().toCompletableFuture().join();
      } catch (CompletionException e) {
        if (!(e.getCause() instanceof StreamException failed)
            || failed.code() != ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
            || System.nanoTime() > deadline) {
          throw e;
        }
      }
    }
  }

  private void askUntilLoaded() {
    for (int group = 0; group < 20; group++) {
      askAgain(TestCoordinators.positions("g" + group));
    }
  }

  private List<GroupResponse.Listed> list() {
    return TestNode.get(
        node.call(() -> client.list(Set.of(), Set.of(), TestNode.inMs(TestNode.FAR_MS))));
  }

  private static ErrorCode failure(Future<?> future) {
    return future
        .map(value -> ErrorCode.NONE)
        .recover(failed -> Future.succeededFuture(((StreamException) failed).code()))
        .toCompletionStage()
        .toCompletableFuture()
        .orTimeout(20, TimeUnit.SECONDS)
        .join();
  }
}
