package io.millrace.endpoint.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Kafka's own producer and consumer, without groups. */
class ProduceConsumeIT {
  private static final Duration POLL = Duration.ofMillis(200);

  @TempDir static Path data;
  private static KafkaBroker broker;

  @BeforeAll
  static void start() {
    broker = new KafkaBroker(data);
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  private static KafkaProducer<String, String> producer(String... keyValues) {
    Properties properties = broker.client();
    for (int i = 0; i < keyValues.length; i += 2) {
      properties.put(keyValues[i], keyValues[i + 1]);
    }
    return new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer());
  }

  private static KafkaConsumer<String, String> consumer(String... keyValues) {
    Properties properties = broker.client();
    properties.put("auto.offset.reset", "none");
    for (int i = 0; i < keyValues.length; i += 2) {
      properties.put(keyValues[i], keyValues[i + 1]);
    }
    return new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer());
  }

  private static List<ConsumerRecord<String, String>> read(
      KafkaConsumer<String, String> consumer, int count) {
    List<ConsumerRecord<String, String>> records = new ArrayList<>();
    long deadline = System.nanoTime() + KafkaBroker.TIMEOUT_MS * 1_000_000;
    while (records.size() < count) {
      consumer.poll(POLL).forEach(records::add);
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("only " + records.size() + " of " + count + " records came");
      }
    }
    return records;
  }

  @ParameterizedTest
  @CsvSource({"all,none", "1,gzip", "all,snappy", "all,lz4", "all,zstd", "0,none"})
  void shouldGiveBackWhatWasSent(String acks, String compression) {
    // given
    String topic = "back-" + acks + "-" + compression;
    TopicPartition partition = new TopicPartition(topic, 0);
    List<Future<RecordMetadata>> sent = new ArrayList<>();

    // when
    try (var producer =
        producer(
            "acks",
            acks,
            "compression.type",
            compression,
            "linger.ms",
            "2",
            "enable.idempotence",
            Boolean.toString(acks.equals("all")))) {
      for (int i = 0; i < 1_000; i++) {
        ProducerRecord<String, String> record =
            new ProducerRecord<>(topic, 0, 1_000L + i, "k" + i, "value " + i);
        record.headers().add(new RecordHeader("h", new byte[] {(byte) i}));
        sent.add(producer.send(record));
      }
      producer.flush();
    }

    // then
    try (var consumer = consumer()) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      List<ConsumerRecord<String, String>> records = read(consumer, 1_000);
      for (int i = 0; i < 1_000; i++) {
        assertThat(records.get(i).offset()).isEqualTo(i);
        assertThat(records.get(i).key()).isEqualTo("k" + i);
        assertThat(records.get(i).value()).isEqualTo("value " + i);
        assertThat(records.get(i).timestamp()).isEqualTo(1_000L + i);
        assertThat(records.get(i).headers().lastHeader("h").value()).containsExactly((byte) i);
        if (!acks.equals("0")) {
          assertThat(KafkaBroker.await(sent.get(i)).offset()).isEqualTo(i);
        }
      }
    }
  }

  @Test
  void shouldReadFromTheMiddleOfABatchAndFindOffsets() {
    // given
    TopicPartition partition = new TopicPartition("middle", 0);
    try (var producer = producer("linger.ms", "50", "compression.type", "lz4")) {
      for (int i = 0; i < 100; i++) {
        producer.send(
            new ProducerRecord<>("middle", 0, 10_000L + (i == 40 ? 500 : i), "k", "" + i));
      }
    }

    try (var consumer = consumer()) {
      // when
      consumer.assign(List.of(partition));
      consumer.seek(partition, 57);

      // then
      assertThat(read(consumer, 43).get(0).offset()).isEqualTo(57);
      assertThat(consumer.beginningOffsets(List.of(partition))).containsEntry(partition, 0L);
      assertThat(consumer.endOffsets(List.of(partition))).containsEntry(partition, 100L);
      Map<TopicPartition, OffsetAndTimestamp> found =
          consumer.offsetsForTimes(Map.of(partition, 10_020L));
      assertThat(found.get(partition).offset()).isEqualTo(20);
      assertThat(consumer.offsetsForTimes(Map.of(partition, 99_999L)).get(partition)).isNull();
    }
    try (Admin admin = broker.admin()) {
      var newest =
          KafkaBroker.await(
              admin
                  .listOffsets(Map.of(partition, OffsetSpec.maxTimestamp()))
                  .partitionResult(partition));
      assertThat(newest.offset()).isEqualTo(40);
      assertThat(newest.timestamp()).isEqualTo(10_500);
      for (OffsetSpec first : List.of(OffsetSpec.earliest(), OffsetSpec.earliestLocal())) {
        assertThat(
                KafkaBroker.await(
                        admin.listOffsets(Map.of(partition, first)).partitionResult(partition))
                    .offset())
            .isZero();
      }
      for (OffsetSpec none :
          List.of(OffsetSpec.latestTiered(), OffsetSpec.earliestPendingUpload())) {
        assertThat(
                KafkaBroker.await(
                        admin.listOffsets(Map.of(partition, none)).partitionResult(partition))
                    .offset())
            .isEqualTo(-1);
      }
    }
  }

  @Test
  void shouldSayThatAnOffsetIsOutOfRange() {
    // given
    TopicPartition partition = new TopicPartition("range", 0);
    try (var producer = producer()) {
      KafkaBroker.await(producer.send(new ProducerRecord<>("range", 0, "k", "v")));
    }

    try (var consumer = consumer()) {
      // when
      consumer.assign(List.of(partition));
      consumer.seek(partition, 77);

      // then
      assertThatThrownBy(() -> read(consumer, 1)).isInstanceOf(OffsetOutOfRangeException.class);
    }
  }

  @Test
  void shouldWakeAWaitingFetch() throws Exception {
    // given
    TopicPartition partition = new TopicPartition("wake", 0);
    try (var producer = producer();
        var consumer = consumer("fetch.max.wait.ms", "60000", "request.timeout.ms", "90000")) {
      KafkaBroker.await(producer.send(new ProducerRecord<>("wake", 0, "k", "first")));
      consumer.assign(List.of(partition));
      consumer.seek(partition, 1);
      consumer.poll(Duration.ofMillis(300));

      // when
      KafkaBroker.await(producer.send(new ProducerRecord<>("wake", 0, "k", "second")));

      // then
      assertThat(read(consumer, 1).get(0).value()).isEqualTo("second");
    }
  }

  @Test
  void shouldRefuseWhatIsTooLarge() {
    try (var producer = producer("max.request.size", "5000000")) {
      // when
      Future<RecordMetadata> sent =
          producer.send(new ProducerRecord<>("large", "x".repeat(2_000_000)));

      // then
      assertThatThrownBy(() -> sent.get()).hasCauseInstanceOf(RecordTooLargeException.class);
      assertThat(KafkaBroker.await(producer.send(new ProducerRecord<>("large", "x"))).offset())
          .isZero();
    }
  }

  @Test
  void shouldRefuseTransactionsWithAReason() {
    try (var producer = producer("transactional.id", "t", "max.block.ms", "5000")) {
      assertThatThrownBy(producer::initTransactions).isInstanceOf(KafkaException.class);
    }
  }

  @Test
  void shouldGoOnAfterARestartWithTheSameIdempotentProducer(@TempDir Path restarted) {
    // given
    try (KafkaBroker mine = new KafkaBroker(restarted)) {
      Properties properties = mine.client();
      TopicPartition partition = new TopicPartition("again", 0);
      try (var producer =
              new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer());
          var consumer =
              new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer())) {
        KafkaBroker.await(producer.send(new ProducerRecord<>("again", 0, "k", "0")));
        consumer.assign(List.of(partition));
        consumer.seek(partition, 0);
        assertThat(read(consumer, 1)).hasSize(1);

        // when
        mine.restart();
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (int i = 1; i <= 50; i++) {
          sent.add(producer.send(new ProducerRecord<>("again", 0, "k", "" + i)));
        }

        // then
        Set<Long> offsets = new HashSet<>();
        sent.forEach(future -> offsets.add(KafkaBroker.await(future).offset()));
        assertThat(offsets).hasSize(50);
        List<ConsumerRecord<String, String>> records = read(consumer, 50);
        for (int i = 0; i < 50; i++) {
          assertThat(records.get(i).value()).isEqualTo("" + (i + 1));
        }
      }
    }
  }

  @Test
  void shouldDescribeTopicsPageByPage() {
    // given
    try (var producer = producer();
        Admin admin = broker.admin()) {
      KafkaBroker.await(producer.send(new ProducerRecord<>("described", "v")));

      // when
      var described = KafkaBroker.await(admin.describeTopics(List.of("described")).allTopicNames());

      // then
      assertThat(described.get("described").partitions()).hasSize(1);
    }
  }
}
