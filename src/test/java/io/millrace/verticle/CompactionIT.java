package io.millrace.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.bus.FetchReply;
import io.millrace.bus.ProduceReply;
import io.millrace.log.Batches;
import io.millrace.log.segment.LogLimits;
import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.image.TopicImage;
import io.millrace.partition.TestBatches;
import io.millrace.record.CompressionType;
import io.millrace.record.LogRecord;
import io.millrace.record.RecordBatchBuilder;
import io.millrace.record.RecordSlice;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A shard compacts its partitions in the background, while they are written and read. */
class CompactionIT {
  private static final int KEYS = 5;
  private static final int BATCHES = 200;

  @TempDir private Path root;
  private TestNode node;
  private PartitionId partition;

  private void start(Map<String, String> topicSettings) {
    LogLimits limits = new LogLimits(1 << 20, 60_000, 100, 1 << 20);
    node =
        new TestNode(
            2,
            2,
            new SegmentedLogs(root, limits),
            Map.of("log.checkpoint.interval.ms", "1", "log.cleaner.backoff.ms", "1"));
    TopicImage topic = TestNode.topic("flights", 1, 2, topicSettings);
    TestNode.get(node.publish(topic));
    partition = topic.partitionId(1);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void shouldKeepTheLastRecordOfEachKeyWhileItIsReadAndWritten() {
    // given
    start(
        Map.of(
            "cleanup.policy", "compact",
            "min.cleanable.dirty.ratio", "0.01",
            "segment.bytes", "2048"));

    // when
    for (int i = 0; i < BATCHES; i++) {
      assertThat(node.produce(partition, keyed(i)).error()).isEqualTo(ErrorCode.NONE);
    }

    // then
    TreeMap<Long, String> left = read();
    long deadline = TestNode.inMs(30_000);
    while (left.size() > BATCHES / 4) {
      assertThat(deadline - System.nanoTime()).as("records left: %s", left.keySet()).isPositive();
      left = read();
    }
    for (int i = BATCHES - KEYS; i < BATCHES; i++) {
      assertThat(left).containsEntry((long) i, "key-" + i % KEYS + "=" + i);
    }
  }

  @Test
  void shouldRefuseRecordsWithoutAKey() {
    // given
    start(Map.of("cleanup.policy", "compact,delete"));

    // when
    ProduceReply.Result refused = node.produce(partition, TestBatches.of(1));

    // then
    assertThat(refused.error()).isEqualTo(ErrorCode.INVALID_RECORD);
    assertThat(refused.reason()).contains("no key");
  }

  private static ByteBuffer keyed(int number) {
    RecordBatchBuilder builder = new RecordBatchBuilder(CompressionType.NONE, 128);
    builder.append(
        1_700_000_000_000L + number,
        ("key-" + number % KEYS).getBytes(StandardCharsets.UTF_8),
        Integer.toString(number).getBytes(StandardCharsets.UTF_8),
        List.of());
    return builder.build();
  }

  /** All that a reader from the start sees, by offset. */
  private TreeMap<Long, String> read() {
    TreeMap<Long, String> seen = new TreeMap<>();
    long next = 0;
    while (next < BATCHES) {
      FetchReply.Result result =
          TestNode.get(node.fetch(1, TestNode.FAR_MS, next, partition)).results().get(0);
      assertThat(result.error()).as(result.reason()).isEqualTo(ErrorCode.NONE);
      RecordSlice slice = result.slice().orElseThrow();
      next = slice.nextOffset();
      for (LogRecord record : Batches.recordsIn(Batches.bytesOf(slice))) {
        seen.put(record.offset(), text(record.key()) + "=" + text(record.value()));
      }
    }
    return seen;
  }

  private static String text(ByteBuffer bytes) {
    return StandardCharsets.UTF_8.decode(bytes).toString();
  }
}
