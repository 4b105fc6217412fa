package io.millrace.verticle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.bus.FetchReply;
import io.millrace.bus.OffsetsReply;
import io.millrace.bus.OffsetsRequest;
import io.millrace.bus.ProduceReply;
import io.millrace.model.Acks;
import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import io.millrace.partition.PartitionLogs;
import io.millrace.partition.TestBatches;
import io.millrace.record.RecordSlice;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Client, bus, shards and partitions together, on logs without disks. */
class LogVerticleIT {
  private final InMemoryLogs logs = new InMemoryLogs();
  private TestNode node;

  private void start(int loops, int shards, String threading) {
    node = new TestNode(loops, shards, logs, Map.of("log.threading", threading));
  }

  @AfterEach
  void stop() {
    if (node != null) {
      node.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"1,1,event-loop", "2,2,event-loop", "2,3,worker", "1,2,auto"})
  void shouldAppendAndReadOverAllShards(int loops, int shards, String threading) {
    // given
    start(loops, shards, threading);
    TopicImage topic = TestNode.topic("flights", 1, 6, Map.of());
    TestNode.get(node.publish(topic));
    PartitionId[] all = partitions(topic);

    // when
    ProduceReply produced =
        TestNode.get(
            node.produce(Acks.ALL, TestNode.FAR_MS, node.version(), all, TestBatches.of(3)));
    FetchReply fetched = TestNode.get(node.fetch(1, TestNode.FAR_MS, 0, all));

    // then
    assertThat(produced.results())
        .hasSize(6)
        .allSatisfy(result -> assertThat(result.error()).isEqualTo(ErrorCode.NONE));
    assertThat(fetched.results())
        .hasSize(6)
        .allSatisfy(result -> assertThat(next(result)).isEqualTo(3));
  }

  @Test
  void shouldLetClientsReadInternalTopicsButNotWriteToThem() {
    // given
    start(1, 1, "event-loop");
    TopicImage topic = TestNode.topic("__consumer_offsets", 1, 1, Map.of());
    TestNode.get(node.publish(topic));

    // when
    ProduceReply.Result result = node.produce(topic.partitionId(0), TestBatches.of(1));

    // then
    assertThat(result.error()).isEqualTo(ErrorCode.INVALID_TOPIC);
    assertThat(node.offset(topic.partitionId(0), OffsetsRequest.LATEST).offset()).isZero();
  }

  @Test
  void shouldTellWhereALeaderEpochEnds() {
    // given
    start(1, 1, "event-loop");
    TopicImage topic = TestNode.topic("flights", 1, 1, Map.of());
    PartitionId partition = topic.partitionId(0);
    TestNode.get(node.publish(topic));
    node.produce(partition, TestBatches.of(3));
    TestNode.get(node.publish(inEpoch(topic, 5)));
    node.produce(partition, TestBatches.of(4));

    // when
    OffsetsReply.Result first = node.endOfEpoch(partition, 4);
    OffsetsReply.Result last = node.endOfEpoch(partition, 9);

    // then
    assertThat(first.offset()).isEqualTo(3);
    assertThat(first.leaderEpoch()).isEqualTo(topic.partitions().get(0).leaderEpoch());
    assertThat(last.offset()).isEqualTo(7);
    assertThat(last.leaderEpoch()).isEqualTo(5);
  }

  private static TopicImage inEpoch(TopicImage topic, int epoch) {
    PartitionImage one = topic.partitions().get(0);
    return new TopicImage(
        topic.id(),
        topic.name(),
        List.of(
            new PartitionImage(0, one.leader(), epoch, 1, one.replicas(), one.inSyncReplicas())),
        topic.settings());
  }

  @ParameterizedTest
  @CsvSource({"1,1,event-loop", "2,2,event-loop", "2,2,worker"})
  void shouldWakeAFetchThatWaits(int loops, int shards, String threading) {
    // given
    start(loops, shards, threading);
    TopicImage topic = TestNode.topic("flights", 1, 4, Map.of());
    TestNode.get(node.publish(topic));
    PartitionId[] all = partitions(topic);
    CompletableFuture<FetchReply> waiting = node.fetch(1, TestNode.FAR_MS, 0, all);

    // when
    node.produce(all[2], TestBatches.of(2));

    // then
    FetchReply fetched = TestNode.get(waiting);
    assertThat(next(fetched.results().get(2))).isEqualTo(2);
    assertThat(fetched.results().get(0).slice()).isEmpty();
  }

  @Test
  void shouldWaitUntilMinBytesAreThere() {
    // given
    start(1, 1, "event-loop");
    TopicImage topic = TestNode.topic("flights", 1, 2, Map.of());
    TestNode.get(node.publish(topic));
    PartitionId[] all = partitions(topic);
    int batchBytes = TestBatches.of(1).remaining();
    node.produce(all[0], TestBatches.of(1));
    CompletableFuture<FetchReply> waiting = node.fetch(3 * batchBytes, TestNode.FAR_MS, 0, all);

    // when
    node.produce(all[1], TestBatches.of(1));

    // then
    assertThat(waiting).isNotDone();
    node.produce(all[1], TestBatches.of(1));
    FetchReply fetched = TestNode.get(waiting);
    assertThat(fetched.results().stream().mapToLong(LogVerticleIT::next).sum()).isEqualTo(3);
  }

  @Test
  void shouldAnswerAtTheDeadlineWithNothing() {
    // given
    start(1, 2, "event-loop");
    TopicImage topic = TestNode.topic("flights", 1, 4, Map.of());
    TestNode.get(node.publish(topic));

    // when
    FetchReply fetched = TestNode.get(node.fetch(1, 50, 0, partitions(topic)));

    // then
    assertThat(fetched.results())
        .allSatisfy(
            result -> {
              assertThat(result.error()).isEqualTo(ErrorCode.NONE);
              assertThat(result.slice()).isEmpty();
              assertThat(result.highWatermark()).isZero();
            });
  }

  @Test
  void shouldReadWhatIsColdOnThePool() {
    // given
    start(1, 1, "event-loop");
    TopicImage topic = TestNode.topic("flights", 1, 2, Map.of());
    TestNode.get(node.publish(topic));
    PartitionId[] all = partitions(topic);
    node.produce(all[0], TestBatches.of(2));
    logs.logs.values().forEach(log -> log.setCold(true));

    // when
    FetchReply fetched = TestNode.get(node.fetch(1, TestNode.FAR_MS, 0, all));
    CompletableFuture<FetchReply> waiting = node.fetch(1, TestNode.FAR_MS, 2, all[0]);
    node.produce(all[0], TestBatches.of(2));

    // then
    assertThat(next(fetched.results().get(0))).isEqualTo(2);
    assertThat(next(TestNode.get(waiting).results().get(0))).isEqualTo(4);
  }

  @Test
  void shouldCommitByGroupInFlushModeAck() {
    // given
    start(2, 1, "event-loop");
    TopicImage topic = TestNode.topic("flights", 1, 1, Map.of("flush.mode", "ack"));
    TestNode.get(node.publish(topic));
    PartitionId[] all = partitions(topic);

    // when
    List<CompletableFuture<ProduceReply>> produced =
        IntStream.range(0, 200)
            .mapToObj(
                i ->
                    node.produce(Acks.ALL, TestNode.FAR_MS, node.version(), all, TestBatches.of(1)))
            .toList();

    // then
    for (int i = 0; i < produced.size(); i++) {
      ProduceReply.Result result = TestNode.get(produced.get(i)).results().get(0);
      assertThat(result.error()).isEqualTo(ErrorCode.NONE);
      assertThat(result.baseOffset()).isEqualTo(i);
      assertThat(logs.logs.get(all[0]).durableEndOffset()).isGreaterThan(i);
    }
  }

  @Test
  void shouldFlushInTheBackground() {
    // given
    start(1, 1, "event-loop");
    TopicImage topic = TestNode.topic("flights", 1, 1, Map.of("flush.ms", "1"));
    TestNode.get(node.publish(topic));
    PartitionId partition = topic.partitionId(0);

    // when
    node.produce(partition, TestBatches.of(5));

    // then
    awaitTrue(() -> logs.logs.get(partition).durableEndOffset() == 5);
  }

  @Test
  void shouldParkARequestUntilItsImageIsFollowed() {
    // given
    start(1, 1, "event-loop");
    TopicImage topic = TestNode.topic("flights", 1, 1, Map.of());
    CompletableFuture<ProduceReply> early =
        node.produce(Acks.ALL, TestNode.FAR_MS, 1, partitions(topic), TestBatches.of(1));
    CompletableFuture<ProduceReply> tooEarly =
        node.produce(Acks.ALL, 50, 99, partitions(topic), TestBatches.of(1));

    // when
    Future<Void> published = node.publish(topic);

    // then
    assertThat(TestNode.get(early).results().get(0).error()).isEqualTo(ErrorCode.NONE);
    TestNode.get(published);
    assertThat(TestNode.get(tooEarly).results().get(0).error())
        .isEqualTo(ErrorCode.REQUEST_TIMED_OUT);
    awaitTrue(() -> node.admissions.get(0).messages() == 0);
  }

  @Test
  void shouldPublishOnlyWhenPartitionsAreOpen() {
    // given
    start(1, 1, "event-loop");
    logs.openings = new CountDownLatch(1);
    TopicImage topic = TestNode.topic("flights", 1, 3, Map.of());

    // when
    Future<Void> published = node.publish(topic);

    // then
    assertThat(published.isComplete()).isFalse();
    assertThat(node.latest.get().version()).isZero();
    logs.openings.countDown();
    TestNode.get(published);
    assertThat(node.latest.get().version()).isEqualTo(1);
    assertThat(logs.logs).hasSize(3);
  }

  @Test
  void shouldStartAnewWhenATopicIsDeletedAndCreatedAgain() {
    // given
    start(2, 2, "event-loop");
    TopicImage first = TestNode.topic("flights", 1, 4, Map.of());
    TestNode.get(node.publish(first));
    node.produce(first.partitionId(0), TestBatches.of(5));
    CompletableFuture<FetchReply> waiting = node.fetch(1, TestNode.FAR_MS, 5, first.partitionId(0));

    // when
    TestNode.get(node.publish());

    // then
    assertThat(logs.logs).isEmpty();
    assertThat(TestNode.get(waiting).results().get(0).error())
        .isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    TopicImage second = TestNode.topic("flights", 2, 4, Map.of());
    TestNode.get(node.publish(second));
    assertThat(node.produce(first.partitionId(0), TestBatches.of(1)).error())
        .isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(node.produce(second.partitionId(0), TestBatches.of(1)).baseOffset()).isZero();
  }

  @Test
  void shouldServeTheOthersWhenAPartitionCannotBeOpened() {
    // given
    start(1, 1, "event-loop");
    TopicImage good = TestNode.topic("good", 1, 1, Map.of());
    TestNode.get(node.publish(good));
    logs.failsToOpen = true;
    TopicImage bad = TestNode.topic("bad", 2, 1, Map.of());

    // when
    TestNode.get(node.publish(good, bad));

    // then
    assertThat(node.produce(bad.partitionId(0), TestBatches.of(1)).error())
        .isEqualTo(ErrorCode.STORAGE_ERROR);
    assertThat(node.produce(good.partitionId(0), TestBatches.of(1)).error())
        .isEqualTo(ErrorCode.NONE);
  }

  @Test
  void shouldFindAndDeleteByOffset() {
    // given
    start(1, 1, "event-loop");
    TopicImage topic = TestNode.topic("flights", 1, 1, Map.of());
    TestNode.get(node.publish(topic));
    PartitionId partition = topic.partitionId(0);
    node.produce(partition, TestBatches.of(10));

    // when
    long newStart = TestNode.get(node.deleteRecords(partition, 4));

    // then
    assertThat(newStart).isEqualTo(4);
    assertThat(logs.checkpoints.get(partition).logStartOffset()).isEqualTo(4);
    assertThat(node.offset(partition, OffsetsRequest.EARLIEST).offset()).isEqualTo(4);
    assertThat(node.offset(partition, OffsetsRequest.LATEST).offset()).isEqualTo(10);
    assertThat(node.offset(partition, 1_700_000_000_001L).offset()).isZero();
    assertThat(node.offset(partition, Long.MAX_VALUE).offset()).isEqualTo(-1);
    assertThatThrownBy(() -> TestNode.get(node.deleteRecords(partition, 11)))
        .hasRootCauseInstanceOf(StreamException.class)
        .rootCause()
        .hasMessageContaining("high watermark 10");
  }

  @Test
  void shouldCloseAndCheckpointWhatItHoldsWhenUndeployed() {
    // given
    start(1, 2, "event-loop");
    TopicImage topic = TestNode.topic("flights", 1, 4, Map.of());
    TestNode.get(node.publish(topic));
    node.produce(topic.partitionId(1), TestBatches.of(3));

    // when
    node.undeploy();

    // then
    assertThat(logs.logs.values()).allMatch(log -> log.isClosed());
    assertThat(logs.checkpoints).hasSize(4);
    assertThat(logs.checkpoints.get(topic.partitionId(1)))
        .isEqualTo(new PartitionLogs.Progress(3, 3, 0));
    assertThat(node.produce(topic.partitionId(1), TestBatches.of(1)).error())
        .isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  }

  private static PartitionId[] partitions(TopicImage topic) {
    return IntStream.range(0, topic.partitions().size())
        .mapToObj(topic::partitionId)
        .toArray(PartitionId[]::new);
  }

  private static long next(FetchReply.Result result) {
    long next = result.slice().map(RecordSlice::nextOffset).orElse(0L);
    result.slice().ifPresent(RecordSlice::release);
    return next;
  }

  private static void awaitTrue(java.util.function.BooleanSupplier condition) {
    long deadline = TestNode.inMs(20_000);
    while (!condition.getAsBoolean()) {
      if (deadline - System.nanoTime() < 0) {
        throw new AssertionError("not true in 20 s");
      }
      Thread.onSpinWait();
    }
  }
}
