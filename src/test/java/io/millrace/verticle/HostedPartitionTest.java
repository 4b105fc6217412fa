package io.millrace.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.ManualTime;
import io.millrace.model.Acks;
import io.millrace.model.ErrorCode;
import io.millrace.model.Metrics;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.config.TopicSettings;
import io.millrace.model.image.PartitionImage;
import io.millrace.partition.InMemoryLog;
import io.millrace.partition.Partition;
import io.millrace.partition.PartitionLogs;
import io.millrace.partition.Produced;
import io.millrace.partition.TestBatches;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** One partition's tasks, and the scheduler that begins its fsyncs. */
class HostedPartitionTest {
  private static final NodeId SELF = new NodeId(0);

  private final QueuedTasks tasks = new QueuedTasks();
  private final ManualTime time = new ManualTime();
  private final FlushScheduler flushes = new FlushScheduler(time, Metrics.NONE, 2);
  private final TopicMeters meters = new TopicMeters(Metrics.NONE);
  private final List<String> events = new ArrayList<>();

  @Test
  void shouldRunMaintenanceOneByOne() {
    // given
    HostedPartition hosted = hosted(new InMemoryLog(), Map.of());

    // when
    maintain(hosted, "first");
    maintain(hosted, "second");

    // then
    assertThat(tasks.waiting()).isEqualTo(1);
    tasks.runNext();
    assertThat(events).containsExactly("first");
    tasks.runNext();
    assertThat(events).containsExactly("first", "second");
    assertThat(hosted.isMaintaining()).isFalse();
  }

  @Test
  void shouldCloseAfterTheFsyncUnderWayAndRefuseWhatComesLater() {
    // given
    InMemoryLog log = new InMemoryLog();
    HostedPartition hosted = hosted(log, Map.of("flush.mode", "ack"));
    append(hosted);
    flushes.touched(hosted);
    assertThat(tasks.waiting()).isEqualTo(1);

    // when
    hosted.close(() -> events.add("closed"), failure -> events.add("failed"));
    maintain(hosted, "late");

    // then
    assertThat(events).containsExactly("the partition is being closed");
    assertThat(log.isClosed()).isFalse();
    tasks.runAll();
    assertThat(log.isClosed()).isTrue();
    assertThat(events).containsExactly("the partition is being closed", "closed");
  }

  @Test
  void shouldCoverWithOneFsyncWhatCameDuringTheOneBefore() {
    // given
    InMemoryLog log = new InMemoryLog();
    HostedPartition hosted = hosted(log, Map.of("flush.mode", "ack"));
    List<Produced> answers = append(hosted);
    flushes.touched(hosted);

    // when
    for (int i = 0; i < 10; i++) {
      answers.addAll(append(hosted));
      flushes.touched(hosted);
    }

    // then
    assertThat(tasks.waiting()).as("one at a time").isEqualTo(1);
    tasks.runNext();
    assertThat(log.durableEndOffset()).isEqualTo(1);
    assertThat(tasks.waiting()).as("one for all ten").isEqualTo(1);
    tasks.runNext();
    assertThat(log.durableEndOffset()).isEqualTo(11);
    assertThat(tasks.waiting()).isZero();
  }

  @Test
  void shouldFsyncTheOldestFirstAndOnlySoManyAtATime() {
    // given
    List<InMemoryLog> logs = List.of(new InMemoryLog(), new InMemoryLog(), new InMemoryLog());
    for (InMemoryLog log : logs) {
      HostedPartition hosted = hosted(log, Map.of("flush.ms", "100"));
      append(hosted);
      flushes.touched(hosted);
      time.advanceMs(10);
    }
    assertThat(tasks.waiting()).isZero();

    // when
    time.advanceMs(100);
    flushes.run();

    // then
    assertThat(tasks.waiting()).isEqualTo(2);
    tasks.runNext();
    assertThat(logs.get(0).durableEndOffset()).isEqualTo(1);
    assertThat(logs.get(2).durableEndOffset()).isZero();
    tasks.runAll();
    assertThat(logs).allMatch(log -> log.durableEndOffset() == 1);
  }

  @Test
  void shouldTakeAPartitionOfflineWhoseFsyncFails() {
    // given
    HostedPartition hosted = hosted(new InMemoryLog(), Map.of("flush.mode", "ack"));
    List<Produced> answers = append(hosted);
    flushes.touched(hosted);

    // when
    tasks.failNext(new IOException("EIO"));

    // then
    assertThat(hosted.partition().offline()).contains("EIO");
    assertThat(answers).extracting(Produced::error).containsExactly(ErrorCode.UNKNOWN_OUTCOME);
    flushes.touched(hosted);
    flushes.run();
    assertThat(tasks.waiting()).as("never retried").isZero();
  }

  private void maintain(HostedPartition hosted, String name) {
    hosted.maintain(() -> () -> name, events::add, failure -> events.add(failure.getMessage()));
  }

  private static List<Produced> append(HostedPartition hosted) {
    List<Produced> answers = new ArrayList<>();
    hosted.partition().append(TestBatches.of(1), Acks.ALL, answers::add);
    return answers;
  }

  private HostedPartition hosted(InMemoryLog log, Map<String, String> settings) {
    TopicName topic = new TopicName("flights");
    Partition partition =
        new Partition(
            new PartitionId(new TopicId(1, 2), 0),
            new TopicPartition(topic, 0),
            SELF,
            new PartitionLogs.OpenedLog(log, 0),
            TopicSettings.of(settings),
            time,
            100);
    partition.follow(
        new PartitionImage(0, Optional.of(SELF), 1, 0, List.of(SELF), List.of(SELF)),
        TopicSettings.of(settings));
    return new HostedPartition(partition, meters.acquire(topic), tasks);
  }
}
