package io.millrace.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.bus.FetchReply;
import io.millrace.bus.OffsetsRequest;
import io.millrace.bus.ProduceReply;
import io.millrace.log.segment.LogLimits;
import io.millrace.model.Acks;
import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.image.TopicImage;
import io.millrace.partition.TestBatches;
import io.millrace.record.BatchHeader;
import io.millrace.record.RecordSlice;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Client, bus, shards, partitions and real files together. */
class LogVerticleDiskIT {
  @TempDir private Path root;
  private SegmentedLogs logs;
  private TestNode node;

  private void start(long hotBytes) {
    LogLimits limits = new LogLimits(hotBytes, 60_000, 100, 1 << 20);
    logs = logs == null ? new SegmentedLogs(root, limits) : logs;
    node = new TestNode(2, 2, logs, Map.of());
  }

  @AfterEach
  void stop() {
    if (node != null) {
      node.close();
    }
  }

  /** Hot bytes go by reference to the file, cold ones over the read pool. */
  @ParameterizedTest
  @ValueSource(longs = {1 << 20, 0})
  void shouldReadBackEveryBatchInOrder(long hotBytes) throws Exception {
    // given
    start(hotBytes);
    TopicImage topic = TestNode.topic("flights", 1, 3, Map.of("segment.bytes", "4096"));
    TestNode.get(node.publish(topic));
    PartitionId partition = topic.partitionId(1);
    List<CompletableFuture<ProduceReply>> produced = new ArrayList<>();
    PartitionId[] only = {partition};

    // when
    for (int i = 0; i < 300; i++) {
      produced.add(
          node.produce(
              Acks.ALL, TestNode.FAR_MS, node.version(), only, TestBatches.of(2, 5, 2 * i)));
    }

    // then
    for (int i = 0; i < produced.size(); i++) {
      ProduceReply.Result result = TestNode.get(produced.get(i)).results().get(0);
      assertThat(result.error()).as(result.reason()).isEqualTo(ErrorCode.NONE);
      assertThat(result.baseOffset()).isEqualTo(2L * i);
    }
    long offset = 0;
    while (offset < 600) {
      offset = readBatches(partition, offset);
    }
    assertThat(node.offset(partition, OffsetsRequest.LATEST).offset()).isEqualTo(600);
  }

  private long readBatches(PartitionId partition, long from) throws Exception {
    FetchReply.Result result =
        TestNode.get(node.fetch(1, TestNode.FAR_MS, from, partition)).results().get(0);
    RecordSlice slice = result.slice().orElseThrow();
    ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
    slice.read(bytes, 0);
    slice.release();
    bytes.flip();
    long next = from;
    for (int at = 0; at < bytes.limit(); at += BatchHeader.sizeBytes(bytes, at)) {
      assertThat(BatchHeader.crcMatches(bytes, at)).isTrue();
      assertThat(BatchHeader.baseOffset(bytes, at)).isEqualTo(next);
      next = BatchHeader.nextOffset(bytes, at);
    }
    return next;
  }

  @Test
  void shouldAnswerADuplicateWithItsFirstOffset() {
    // given
    start(1 << 20);
    TopicImage topic = TestNode.topic("flights", 1, 1, Map.of("flush.mode", "ack"));
    TestNode.get(node.publish(topic));
    PartitionId partition = topic.partitionId(0);
    node.produce(partition, TestBatches.of(1));
    node.produce(partition, TestBatches.of(3, 8, 0));

    // when
    ProduceReply.Result again = node.produce(partition, TestBatches.of(3, 8, 0));
    ProduceReply.Result gap = node.produce(partition, TestBatches.of(3, 8, 9));

    // then
    assertThat(again.error()).isEqualTo(ErrorCode.NONE);
    assertThat(again.baseOffset()).isEqualTo(1);
    assertThat(gap.error()).isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    assertThat(node.offset(partition, OffsetsRequest.LATEST).offset()).isEqualTo(4);
  }

  @Test
  void shouldGoOnAfterACleanStop() throws Exception {
    // given
    start(1 << 20);
    TopicImage topic = TestNode.topic("flights", 1, 4, Map.of());
    TestNode.get(node.publish(topic));
    for (int p = 0; p < 4; p++) {
      node.produce(topic.partitionId(p), TestBatches.of(5));
    }

    // when
    node.close();
    start(1 << 20);
    TestNode.get(node.publish(topic));

    // then
    for (int p = 0; p < 4; p++) {
      assertThat(readBatches(topic.partitionId(p), 0)).isEqualTo(5);
      assertThat(node.produce(topic.partitionId(p), TestBatches.of(1)).baseOffset()).isEqualTo(5);
    }
  }

  @Test
  void shouldDeleteFilesWithTheTopic() throws Exception {
    // given
    start(1 << 20);
    TopicImage first = TestNode.topic("flights", 1, 2, Map.of());
    TestNode.get(node.publish(first));
    node.produce(first.partitionId(0), TestBatches.of(5));

    // when
    TestNode.get(node.publish());

    // then
    try (var files = Files.list(root)) {
      assertThat(files).isEmpty();
    }
    TopicImage second = TestNode.topic("flights", 2, 2, Map.of());
    TestNode.get(node.publish(second));
    assertThat(node.produce(second.partitionId(0), TestBatches.of(1)).baseOffset()).isZero();
  }

  @Test
  void shouldKeepServingAFetchThatHoldsASliceOfADeletedTopic() throws Exception {
    // given
    start(1 << 20);
    TopicImage topic = TestNode.topic("flights", 1, 1, Map.of());
    TestNode.get(node.publish(topic));
    node.produce(topic.partitionId(0), TestBatches.of(5));
    RecordSlice slice =
        TestNode.get(node.fetch(1, TestNode.FAR_MS, 0, topic.partitionId(0)))
            .results()
            .get(0)
            .slice()
            .orElseThrow();

    // when
    TestNode.get(node.publish());

    // then
    ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
    assertThat(slice.read(bytes, 0)).isEqualTo(slice.sizeBytes());
    assertThat(BatchHeader.crcMatches(bytes, 0)).isTrue();
    slice.release();
  }
}
