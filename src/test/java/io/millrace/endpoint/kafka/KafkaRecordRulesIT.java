package io.millrace.endpoint.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FeatureMetadata;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a whole broker does with damaged batches and with the time of records, and its features. */
final class KafkaRecordRulesIT {
  @TempDir static Path data;
  private static KafkaBroker broker;
  private int correlationId;

  @BeforeAll
  static void start() {
    broker = new KafkaBroker(data);
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  private static void createTopic(String name, Map<String, String> settings) {
    try (Admin admin = broker.admin()) {
      KafkaBroker.await(
          admin.createTopics(List.of(new NewTopic(name, 1, (short) 1).configs(settings))).all());
    }
  }

  private static ByteBuffer batch(String value) {
    return MemoryRecords.withRecords(
            Compression.NONE, new SimpleRecord(value.getBytes(StandardCharsets.UTF_8)))
        .buffer();
  }

  private ProduceResponseData.PartitionProduceResponse produce(
      RawKafkaClient client, String topic, ByteBuffer batch) throws Exception {
    return client.produce(++correlationId, topic, 0, MemoryRecords.readableRecords(batch));
  }

  @Test
  void shouldRefuseADamagedBatchAndGoOn() throws Exception {
    // given
    createTopic("damaged", Map.of());
    ByteBuffer damaged = batch("value");
    int last = damaged.limit() - 3;
    damaged.put(last, (byte) (damaged.get(last) ^ 1));
    try (RawKafkaClient client = new RawKafkaClient("127.0.0.1", broker.port())) {
      // when
      var refused = produce(client, "damaged", damaged);
      var taken = produce(client, "damaged", batch("whole"));

      // then
      assertThat(refused.errorCode()).isEqualTo(Errors.CORRUPT_MESSAGE.code());
      assertThat(taken.errorCode()).isZero();
      assertThat(taken.baseOffset()).isZero();
    }
  }

  @Test
  void shouldStampRecordsWithTheTimeOfTheirAppend() throws Exception {
    // given
    createTopic("stamped", Map.of("message.timestamp.type", "LogAppendTime"));
    long before = System.currentTimeMillis();
    try (KafkaProducer<String, String> producer =
            new KafkaProducer<>(broker.client(), new StringSerializer(), new StringSerializer());
        KafkaConsumer<String, String> consumer =
            new KafkaConsumer<>(
                broker.client(), new StringDeserializer(), new StringDeserializer())) {
      TopicPartition partition = new TopicPartition("stamped", 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));

      // when
      RecordMetadata sent =
          KafkaBroker.await(producer.send(new ProducerRecord<>("stamped", 0, 1_000L, "k", "v")));
      ConsumerRecord<String, String> read = consumer.poll(Duration.ofSeconds(20)).iterator().next();

      // then
      assertThat(sent.timestamp()).isBetween(before, System.currentTimeMillis());
      assertThat(read.timestamp()).isEqualTo(sent.timestamp());
      assertThat(read.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
    }
  }

  @Test
  void shouldMakeATopicThatAProducerAsksForAndServeItToWhoReadsWhatIsCommitted() {
    // given
    Properties committed = broker.client();
    committed.put("isolation.level", "read_committed");
    try (KafkaProducer<String, String> producer =
            new KafkaProducer<>(broker.client(), new StringSerializer(), new StringSerializer());
        KafkaConsumer<String, String> consumer =
            new KafkaConsumer<>(committed, new StringDeserializer(), new StringDeserializer())) {
      TopicPartition partition = new TopicPartition("asked-for", 0);

      // when
      KafkaBroker.await(producer.send(new ProducerRecord<>("asked-for", 0, "k", "v")));
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      ConsumerRecord<String, String> read = consumer.poll(Duration.ofSeconds(20)).iterator().next();

      // then
      assertThat(read.value()).isEqualTo("v");
      assertThat(consumer.endOffsets(List.of(partition))).containsEntry(partition, 1L);
    }
  }

  @Test
  void shouldFinalizeTheVersionOfGroups() {
    // given
    try (Admin admin = broker.admin()) {
      // when
      FeatureMetadata features = KafkaBroker.await(admin.describeFeatures().featureMetadata());

      // then
      assertThat(features.finalizedFeatures().get("group.version").maxVersionLevel())
          .isEqualTo((short) 1);
      assertThat(features.supportedFeatures().get("group.version").maxVersion())
          .isEqualTo((short) 1);
      assertThat(features.finalizedFeatures()).doesNotContainKey("transaction.version");
    }
  }
}
