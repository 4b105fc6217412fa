package io.millrace.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.bus.TypedBus;
import io.millrace.log.DiskFullException;
import io.millrace.log.LogTask;
import io.millrace.log.ManualTime;
import io.millrace.log.compaction.NodeCompaction;
import io.millrace.model.Acks;
import io.millrace.model.Metrics;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.config.TopicSettings;
import io.millrace.model.image.PartitionImage;
import io.millrace.partition.InMemoryLog;
import io.millrace.partition.Partition;
import io.millrace.partition.PartitionLogs;
import io.millrace.partition.PartitionLogs.Progress;
import io.millrace.partition.TestBatches;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ShardUpkeepTest {
  private static final NodeId SELF = new NodeId(0);
  private static final int CHECKPOINT_MS = 1_000;

  private final QueuedTasks tasks = new QueuedTasks();
  private final ManualTime time = new ManualTime();
  private final InMemoryLogs logs = new InMemoryLogs();
  private final InMemoryLog log = new InMemoryLog();
  private final Vertx vertx = Vertx.vertx();
  private ShardUpkeep upkeep;
  private HostedPartition hosted;

  @BeforeEach
  void start() {
    ShardEnvironment environment =
        new ShardEnvironment(
            0,
            1,
            SELF,
            new TypedBus(vertx),
            logs,
            BrokerSettings.of(
                Map.of(
                    "log.checkpoint.interval.ms",
                    Integer.toString(CHECKPOINT_MS),
                    "log.retention.check.interval.ms",
                    "100000")),
            time,
            Metrics.NONE,
            new TopicMeters(Metrics.NONE),
            new NodeCompaction(BrokerSettings.of(Map.of()), Metrics.NONE, () -> 1),
            ReplicationParts.ALONE);
    upkeep = new ShardUpkeep(environment, tasks, new FlushScheduler(time, Metrics.NONE, 2));
    hosted = hosted(environment);
    upkeep.onOpened(hosted);
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  @Test
  void shouldWriteDownOnlyWhatMoved() {
    // given
    append();
    passCheckpointInterval();
    tasks.runAll();
    assertThat(logs.checkpoints.get(hosted.partition().id())).isEqualTo(new Progress(0, 1, 0));

    // when
    passCheckpointInterval();

    // then
    assertThat(tasks.waiting()).isZero();
    append();
    passCheckpointInterval();
    assertThat(tasks.waiting()).isEqualTo(1);
  }

  @Test
  void shouldWriteOneCheckpointAtATime() {
    // given
    append();
    passCheckpointInterval();

    // when
    append();
    passCheckpointInterval();

    // then
    assertThat(tasks.waiting()).isEqualTo(1);
  }

  @Test
  void shouldTryAgainWhenTheDiskWasFull() {
    // given
    append();
    passCheckpointInterval();

    // when
    tasks.failNext(new DiskFullException("no space", new IOException("ENOSPC")));

    // then
    assertThat(hosted.partition().offline()).isEmpty();
    passCheckpointInterval();
    tasks.runAll();
    assertThat(logs.checkpoints).hasSize(1);
  }

  @Test
  void shouldTrustNothingOnADiskWhoseCheckpointsFail() {
    // given
    append();
    passCheckpointInterval();

    // when
    tasks.failNext(new IOException("EIO"));

    // then
    assertThat(hosted.partition().offline()).contains("EIO");
  }

  @Test
  void shouldEnforceRetentionNowAndThen() {
    // given
    passCheckpointInterval();
    tasks.runAll();
    tasks.pools.clear();

    // when
    time.advanceMs(100_000);
    upkeep.run();

    // then
    assertThat(tasks.pools).contains(Tasks.Pool.MAINTENANCE);
    assertThat(hosted.isMaintaining()).isTrue();
    tasks.runAll();
    assertThat(hosted.isMaintaining()).isFalse();
  }

  @Test
  void shouldScrubWhatIsColdAndRestWhenNothingIs() throws IOException {
    // given
    append();
    LogTask<Long> flush = hosted.partition().beginFlush();
    hosted.partition().onFlushed(flush.run());
    upkeep.runPieces();
    assertThat(tasks.waiting()).as("it is hot").isZero();
    log.setCold(true);

    // when
    upkeep.runPieces();

    // then
    assertThat(tasks.waiting()).as("it rests").isZero();
    time.advanceMs(10_000);
    upkeep.runPieces();
    upkeep.runPieces();
    assertThat(tasks.pools).containsExactly(Tasks.Pool.READ);
    tasks.runAll();
  }

  private void passCheckpointInterval() {
    time.advanceMs(CHECKPOINT_MS);
    upkeep.run();
  }

  private void append() {
    hosted.partition().append(TestBatches.of(1), Acks.ALL, produced -> {});
  }

  private HostedPartition hosted(ShardEnvironment environment) {
    TopicName topic = new TopicName("flights");
    Partition partition =
        new Partition(
            new PartitionId(new TopicId(1, 2), 0),
            new TopicPartition(topic, 0),
            SELF,
            new PartitionLogs.OpenedLog(log, 0),
            TopicSettings.of(Map.of()),
            time,
            100);
    partition.follow(
        new PartitionImage(0, Optional.of(SELF), 1, 0, List.of(SELF), List.of(SELF)),
        TopicSettings.of(Map.of()));
    return new HostedPartition(partition, environment.topicMeters().acquire(topic), tasks);
  }
}
