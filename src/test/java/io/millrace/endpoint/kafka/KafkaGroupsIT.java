package io.millrace.endpoint.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kafka's own consumers in groups, of both protocols. */
class KafkaGroupsIT {
  private static final Duration POLL = Duration.ofMillis(100);

  @TempDir Path data;
  private KafkaBroker broker;

  @BeforeEach
  void start() {
    broker = new KafkaBroker(data, "offsets.topic.num.partitions", "2");
    try (Admin admin = broker.admin();
        var producer =
            new KafkaProducer<>(broker.client(), new StringSerializer(), new StringSerializer())) {
      KafkaBroker.await(admin.createTopics(List.of(new NewTopic("t", 4, (short) 1))).all());
      for (int i = 0; i < 100; i++) {
        producer.send(new ProducerRecord<>("t", i % 4, "k", "" + i));
      }
    }
  }

  @AfterEach
  void stop() {
    broker.close();
  }

  private KafkaConsumer<String, String> member(String protocol) {
    return member(protocol, "");
  }

  private KafkaConsumer<String, String> member(String protocol, String rack) {
    Properties properties = broker.client();
    properties.put("client.rack", rack);
    properties.put("group.id", "g");
    properties.put("group.protocol", protocol);
    properties.put("auto.offset.reset", "earliest");
    properties.put("enable.auto.commit", "false");
    return new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer());
  }

  @Test
  void shouldKeepTheRacksOfMembersAndShareEvenlyWhateverTheyAre() throws Exception {
    // given
    try (var here = member("consumer", "here");
        var there = member("consumer", "there");
        var nowhere = member("classic", "nowhere")) {
      List<KafkaConsumer<String, String>> members = List.of(here, there, nowhere);
      members.forEach(member -> member.subscribe(List.of("t")));

      // when
      long deadline = System.nanoTime() + 2 * KafkaBroker.TIMEOUT_MS * 1_000_000;
      while (members.stream().mapToInt(member -> member.assignment().size()).sum() != 4
          || members.stream().anyMatch(member -> member.assignment().isEmpty())) {
        members.forEach(member -> member.poll(POLL));
        assertThat(System.nanoTime()).isLessThan(deadline);
      }
      ConsumerGroupDescribeResponseData described = describe();

      // then
      assertThat(described.groups().get(0).members())
          .extracting(ConsumerGroupDescribeResponseData.Member::rackId)
          .contains("here", "there");
    }
  }

  /** Connects only now: a connection that says nothing for long is closed. */
  private ConsumerGroupDescribeResponseData describe() throws Exception {
    try (RawKafkaClient raw = new RawKafkaClient("127.0.0.1", broker.port())) {
      raw.send(
          ApiMessageType.CONSUMER_GROUP_DESCRIBE,
          1,
          1,
          new ConsumerGroupDescribeRequestData().setGroupIds(List.of("g")));
      return (ConsumerGroupDescribeResponseData)
          raw.receive(ApiMessageType.CONSUMER_GROUP_DESCRIBE, 1, 1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void shouldShareATopicAndKeepItsPlaceOverARestart(String protocol) {
    // given
    try (var one = member(protocol);
        var two = member(protocol)) {
      one.subscribe(List.of("t"));
      two.subscribe(List.of("t"));

      // when
      Set<String> seen = new HashSet<>();
      long deadline = System.nanoTime() + 2 * KafkaBroker.TIMEOUT_MS * 1_000_000;
      while (seen.size() < 100 || one.assignment().size() != 2 || two.assignment().size() != 2) {
        for (var member : List.of(one, two)) {
          for (ConsumerRecord<String, String> record : member.poll(POLL)) {
            seen.add(record.value());
          }
        }
        assertThat(System.nanoTime()).as("%s records", seen.size()).isLessThan(deadline);
      }

      // then
      one.commitSync();
      two.commitSync(Map.of(two.assignment().iterator().next(), new OffsetAndMetadata(7, "seven")));
      Set<TopicPartition> all = new HashSet<>(one.assignment());
      all.addAll(two.assignment());
      assertThat(all).hasSize(4);
    }
    broker.restart();
    try (Admin admin = broker.admin()) {
      Map<TopicPartition, OffsetAndMetadata> committed =
          KafkaBroker.await(admin.listConsumerGroupOffsets("g").partitionsToOffsetAndMetadata());
      List<Long> offsets = new ArrayList<>();
      committed.values().forEach(position -> offsets.add(position.offset()));
      assertThat(offsets).hasSize(3).contains(25L, 7L);
      assertThat(committed.values()).extracting(OffsetAndMetadata::metadata).contains("seven");
      assertThat(KafkaBroker.await(admin.listGroups().all()))
          .singleElement()
          .satisfies(group -> assertThat(group.groupId()).isEqualTo("g"));
      KafkaBroker.await(admin.deleteConsumerGroups(List.of("g")).all());
      assertThat(KafkaBroker.await(admin.listGroups().all())).isEmpty();
    }
  }
}
