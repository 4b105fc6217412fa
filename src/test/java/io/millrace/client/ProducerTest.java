package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.ModelBroker.Faults;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.record.KeyHash;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ProducerTest {
  private static final String TOPIC = "events";
  private static final int PARTITIONS = 6;

  private final SimulatedLoop loop = new SimulatedLoop();
  private final ModelBroker broker = new ModelBroker(loop, new Random(7));

  ProducerTest() {
    broker.createTopic(TOPIC, PARTITIONS);
  }

  private Producer producer(String... settings) {
    return producer(Partitioners.named("default"), settings);
  }

  private Producer producer(Partitioner partitioner, String... settings) {
    Map<String, String> given = new HashMap<>();
    for (int i = 0; i < settings.length; i += 2) {
      given.put(settings[i], settings[i + 1]);
    }
    return new Producer(ProducerSettings.of(given), partitioner, loop, broker, new Random(7));
  }

  private <T> Future<T> settled(Future<T> future) {
    assertThat(loop.runUntil(future::isComplete, 600_000)).isTrue();
    return future;
  }

  private static ErrorCode code(Future<?> failed) {
    assertThat(failed.failed()).isTrue();
    return ((StreamException) failed.cause()).code();
  }

  @Test
  void shouldPutAKeyWhereKafkaPutsIt() {
    // given
    Producer producer = producer();

    // when
    for (int i = 0; i < 100; i++) {
      producer.send(ProducerRecord.ofText(TOPIC, "key" + i, "v"));
    }
    settled(producer.flush());
    RecordMetadata metadata =
        settled(producer.send(ProducerRecord.ofText(TOPIC, "airport", "v"))).result();

    // then
    int expected = KeyHash.partitionFor("airport".getBytes(StandardCharsets.UTF_8), PARTITIONS);
    assertThat(metadata.partition()).isEqualTo(expected);
  }

  @Test
  void shouldSpreadRecordsWithoutKeyEvenlyInWholeBatches() {
    // given
    Producer producer = producer("batch.size", "200");

    // when
    for (int i = 0; i < 1_200; i++) {
      producer.send(ProducerRecord.ofText(TOPIC, null, "value" + i));
    }
    settled(producer.flush());

    // then
    for (int partition = 0; partition < PARTITIONS; partition++) {
      ModelLog log = broker.log(TOPIC, partition);
      assertThat(log.values().size()).isBetween(150, 250);
      assertThat(log.batches().size()).isLessThan(log.values().size() / 2);
    }
  }

  @Test
  void shouldAskACustomPartitioner() {
    // given
    Producer producer = producer((record, count) -> count - 1);

    // when
    RecordMetadata metadata =
        settled(producer.send(ProducerRecord.ofText(TOPIC, "Banana", "v"))).result();

    // then
    assertThat(metadata.partition()).isEqualTo(PARTITIONS - 1);
  }

  @Test
  void shouldFailARecordWhosePartitionDoesNotExist() {
    // given
    Producer producer = producer((record, count) -> count);
    settled(producer.send(ProducerRecord.ofText(TOPIC, null, "v").withPartition(0)));

    // when
    Future<RecordMetadata> sent = producer.send(ProducerRecord.ofText(TOPIC, null, "v"));

    // then
    assertThat(code(sent)).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  }

  @Test
  void shouldRefuseARecordThatIsTooLargeAtOnce() {
    // given
    Producer producer = producer("max.request.size", "1000");

    // when
    Future<RecordMetadata> sent =
        producer.send(ProducerRecord.ofText(TOPIC, null, "x".repeat(1_001)));

    // then
    assertThat(code(sent)).isEqualTo(ErrorCode.MESSAGE_TOO_LARGE);
    assertThat(sent.cause()).hasMessageContaining("max.request.size, which is 1000");
  }

  @Test
  void shouldReturnAnErrorThatDoesNotPassAtOnceAndGoOn() {
    // given
    Producer producer = producer();
    settled(producer.send(ProducerRecord.ofText(TOPIC, null, "first").withPartition(0)));
    broker.faults(new Faults(0, 0, 0, 1, 0));
    int before = broker.produceRequests();

    // when
    Future<RecordMetadata> rejected =
        settled(producer.send(ProducerRecord.ofText(TOPIC, null, "bad").withPartition(0)));
    broker.faults(Faults.NONE);
    Future<RecordMetadata> next =
        settled(producer.send(ProducerRecord.ofText(TOPIC, null, "next").withPartition(0)));

    // then
    assertThat(code(rejected)).isEqualTo(ErrorCode.MESSAGE_TOO_LARGE);
    assertThat(next.result().offset()).isEqualTo(1);
    assertThat(broker.produceRequests() - before).isEqualTo(2);
  }

  @Test
  void shouldGoOnWhenTheBrokerHasForgottenTheProducer() {
    // given
    Producer producer = producer();
    settled(producer.send(ProducerRecord.ofText(TOPIC, null, "first").withPartition(0)));
    broker.log(TOPIC, 0).forgetProducers();

    // when
    Future<RecordMetadata> next =
        settled(producer.send(ProducerRecord.ofText(TOPIC, null, "next").withPartition(0)));

    // then
    assertThat(next.result().offset()).isEqualTo(1);
    assertThat(broker.log(TOPIC, 0).values()).containsExactly("first", "next");
  }

  @Test
  void shouldLingerForMoreRecordsAndThenSend() {
    // given
    Producer producer = producer("linger.ms", "50");
    settled(producer.send(ProducerRecord.ofText(TOPIC, null, "v").withPartition(0)));
    long start = loop.elapsedNanos();

    // when
    Future<RecordMetadata> sent =
        producer.send(ProducerRecord.ofText(TOPIC, null, "v").withPartition(0));
    loop.runFor(30);
    producer.send(ProducerRecord.ofText(TOPIC, null, "w").withPartition(0));
    settled(sent);

    // then
    assertThat((loop.elapsedNanos() - start) / 1_000_000).isBetween(50L, 70L);
    assertThat(broker.log(TOPIC, 0).batches()).hasSize(2);
  }

  @Test
  void shouldAcknowledgeWithoutAnswerWhenAcksIsZero() {
    // given
    Producer producer = producer("acks", "0");

    // when
    RecordMetadata metadata =
        settled(producer.send(ProducerRecord.ofText(TOPIC, null, "v").withPartition(0))).result();
    loop.runFor(100);

    // then
    assertThat(metadata.hasOffset()).isFalse();
    assertThat(broker.log(TOPIC, 0).values()).containsExactly("v");
  }

  @Test
  void shouldPushBackAndRefuseWhenItsMemoryIsUsedUp() {
    // given
    Producer producer = producer("buffer.memory", "40000", "batch.size", "1000");
    var stream = producer.stream();
    broker.down(true);
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    boolean[] drained = {false};

    // when
    while (sent.isEmpty() || !sent.get(sent.size() - 1).failed()) {
      sent.add(producer.send(ProducerRecord.ofText(TOPIC, null, "x".repeat(100))));
    }
    boolean full = stream.writeQueueFull();
    stream.drainHandler(nothing -> drained[0] = true);
    boolean drainedWhileFull = drained[0];
    broker.down(false);
    settled(producer.flush());
    loop.runFor(10);

    // then
    assertThat(code(sent.get(sent.size() - 1))).isEqualTo(ErrorCode.BUFFER_EXHAUSTED);
    assertThat(full).isTrue();
    assertThat(drainedWhileFull).isFalse();
    assertThat(drained[0]).isTrue();
    assertThat(producer.bufferedBytes()).isZero();
    assertThat(sent.subList(0, sent.size() - 1)).allMatch(Future::succeeded);
  }

  @Test
  void shouldFailWhatIsNotDeliveredInTimeAndSayWhy() {
    // given
    Producer producer =
        producer("request.timeout.ms", "100", "delivery.timeout.ms", "500", "max.block.ms", "1000");
    settled(producer.send(ProducerRecord.ofText(TOPIC, null, "v").withPartition(0)));
    broker.down(true);

    // when
    Future<RecordMetadata> sent =
        settled(producer.send(ProducerRecord.ofText(TOPIC, null, "late").withPartition(0)));

    // then
    assertThat(code(sent)).isEqualTo(ErrorCode.REQUEST_TIMED_OUT);
    assertThat(sent.cause()).hasMessageContaining("delivery.timeout.ms");
  }

  @Test
  void shouldSayWhatStoodInTheWayWhenTheTimeIsUp() {
    // given
    Producer producer =
        producer(
            "request.timeout.ms",
            "100",
            "delivery.timeout.ms",
            "500",
            "max.block.ms",
            "1000",
            "max.in.flight.requests.per.connection",
            "1",
            "batch.size",
            "200");
    settled(producer.send(ProducerRecord.ofText(TOPIC, null, "v").withPartition(0)));
    broker.faults(new ModelBroker.Faults(0, 1, 0, 0, 0));

    // when
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      sent.add(producer.send(ProducerRecord.ofText(TOPIC, null, "x".repeat(150)).withPartition(0)));
    }
    sent.forEach(this::settled);

    // then
    assertThat(sent)
        .allSatisfy(
            future -> {
              assertThat(code(future)).isEqualTo(ErrorCode.THROTTLED);
              assertThat(future.cause()).hasMessageContaining("delivery.timeout.ms");
            });
  }

  @Test
  void shouldFailWhatIsLeftWhenClosedWithoutPatience() {
    // given
    Producer producer = producer();
    settled(producer.send(ProducerRecord.ofText(TOPIC, null, "v").withPartition(0)));
    broker.down(true);
    loop.runFor(100);
    Future<RecordMetadata> sent =
        producer.send(ProducerRecord.ofText(TOPIC, null, "left").withPartition(0));

    // when
    Future<Void> closed = settled(producer.close(Duration.ofMillis(100)));

    // then
    assertThat(code(closed)).isEqualTo(ErrorCode.REQUEST_TIMED_OUT);
    assertThat(code(sent)).isEqualTo(ErrorCode.CLOSED);
    assertThat(code(producer.send(ProducerRecord.ofText(TOPIC, null, "after"))))
        .isEqualTo(ErrorCode.CLOSED);
  }

  @Test
  void shouldCallEveryCallbackAlthoughOneThrows() {
    // given
    Producer producer = producer();
    List<String> called = new ArrayList<>();

    // when
    producer.send(
        ProducerRecord.ofText(TOPIC, null, "a").withPartition(0),
        (metadata, failure) -> {
          throw new IllegalStateException("the application's");
        });
    producer.send(
        ProducerRecord.ofText(TOPIC, null, "b").withPartition(0),
        (metadata, failure) -> called.add("b"));
    settled(producer.flush());

    // then
    assertThat(called).containsExactly("b");
    assertThat(loop.reported()).singleElement().asString().contains("the application's");
  }

  @Test
  void shouldCompressBatchesAsAUnit() {
    // given
    Producer producer = producer("compression.type", "zstd", "linger.ms", "10");

    // when
    for (int i = 0; i < 200; i++) {
      producer.send(ProducerRecord.ofText(TOPIC, null, "the same text").withPartition(0));
    }
    settled(producer.flush());

    // then
    int stored = broker.log(TOPIC, 0).batches().stream().mapToInt(java.nio.Buffer::limit).sum();
    assertThat(broker.log(TOPIC, 0).values()).hasSize(200).containsOnly("the same text");
    assertThat(stored).isLessThan(1_000);
  }
}
