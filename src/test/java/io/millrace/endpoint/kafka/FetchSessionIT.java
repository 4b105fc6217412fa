package io.millrace.endpoint.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.TopicName;
import io.millrace.model.image.TopicImage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Fetch sessions (KIP-227), byte by byte and with Kafka's own consumer. */
final class FetchSessionIT {
  private static final int MANY = 300;

  private KafkaFixture broker;
  private RawKafkaClient client;
  private int correlationId;

  @BeforeEach
  void start() throws Exception {
    open();
  }

  private void open(String... settings) throws Exception {
    broker = new KafkaFixture(settings);
    client = broker.connect();
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    broker.close();
  }

  private FetchTopic topic(Map<Integer, Long> offsets) {
    List<FetchPartition> partitions = new ArrayList<>();
    offsets.forEach(
        (partition, offset) ->
            partitions.add(
                new FetchPartition()
                    .setPartition(partition)
                    .setFetchOffset(offset)
                    .setPartitionMaxBytes(1 << 20)));
    return new FetchTopic()
        .setTopicId(TopicIds.uuid(broker.topic.id()))
        .setTopic("t")
        .setPartitions(partitions);
  }

  private FetchResponseData fetch(int sessionId, int epoch, Map<Integer, Long> offsets)
      throws Exception {
    return fetch(17, sessionId, epoch, offsets, List.of());
  }

  private FetchResponseData fetch(
      int version,
      int sessionId,
      int epoch,
      Map<Integer, Long> offsets,
      List<Integer> forgottenPartitions)
      throws Exception {
    FetchRequestData request =
        new FetchRequestData()
            .setSessionId(sessionId)
            .setSessionEpoch(epoch)
            .setMaxBytes(1 << 20)
            .setTopics(offsets.isEmpty() ? List.of() : List.of(topic(offsets)));
    if (!forgottenPartitions.isEmpty()) {
      request.setForgottenTopicsData(
          List.of(
              new ForgottenTopic()
                  .setTopicId(TopicIds.uuid(broker.topic.id()))
                  .setPartitions(forgottenPartitions)));
    }
    client.send(ApiMessageType.FETCH, version, ++correlationId, request);
    return (FetchResponseData) client.receive(ApiMessageType.FETCH, version, correlationId);
  }

  private void produce(String topic, int partition, String... values) throws Exception {
    SimpleRecord[] records = new SimpleRecord[values.length];
    for (int i = 0; i < values.length; i++) {
      records[i] = new SimpleRecord(values[i].getBytes(StandardCharsets.UTF_8));
    }
    MemoryRecords batch = MemoryRecords.withRecords(Compression.NONE, records);
    assertThat(client.produce(++correlationId, topic, partition, batch).errorCode()).isZero();
  }

  /** The partitions that an answer is about. */
  private static List<Integer> told(FetchResponseData answer) {
    List<Integer> told = new ArrayList<>();
    answer
        .responses()
        .forEach(topic -> topic.partitions().forEach(one -> told.add(one.partitionIndex())));
    return told;
  }

  @Test
  void shouldAnswerOnlyWhatIsNew() throws Exception {
    // given
    FetchResponseData full = fetch(0, 0, Map.of(0, 0L, 1, 0L, 2, 0L));
    int session = full.sessionId();
    FetchResponseData nothing = fetch(session, 1, Map.of());

    // when
    produce("t", 1, "a", "b");
    FetchResponseData news = fetch(session, 2, Map.of());

    // then
    assertThat(session).isPositive();
    assertThat(told(full)).containsExactlyInAnyOrder(0, 1, 2);
    assertThat(nothing.sessionId()).isEqualTo(session);
    assertThat(told(nothing)).isEmpty();
    assertThat(told(news)).containsExactly(1);
    assertThat(news.responses().get(0).partitions().get(0).records().sizeInBytes()).isPositive();
    assertThat(news.responses().get(0).partitions().get(0).highWatermark()).isEqualTo(2);
  }

  @Test
  void shouldRememberPositionsAndTellAHighWatermarkWithoutRecords() throws Exception {
    // given
    int session = fetch(0, 0, Map.of(0, 0L, 1, 0L)).sessionId();
    produce("t", 0, "a");

    // when: the position behind the records, in the same request that asks
    FetchResponseData moved = fetch(session, 1, Map.of(0, 1L));
    FetchResponseData nothing = fetch(session, 2, Map.of());

    // then
    assertThat(told(moved)).containsExactly(0);
    assertThat(moved.responses().get(0).partitions().get(0).highWatermark()).isEqualTo(1);
    assertThat(moved.responses().get(0).partitions().get(0).records().sizeInBytes()).isZero();
    assertThat(told(nothing)).isEmpty();
  }

  @Test
  void shouldAddAndForgetPartitions() throws Exception {
    // given
    int session = fetch(0, 0, Map.of(0, 0L)).sessionId();

    // when
    FetchResponseData added = fetch(session, 1, Map.of(2, 0L));
    produce("t", 0, "a");
    produce("t", 2, "b");
    FetchResponseData left = fetch(17, session, 2, Map.of(), List.of(0));

    // then
    assertThat(told(added)).containsExactly(2);
    assertThat(told(left)).containsExactly(2);
    assertThat(broker.fetchSessions.partitions()).isEqualTo(1);
  }

  @Test
  void shouldEndASessionOfWhichNothingIsLeft() throws Exception {
    // given
    int session = fetch(0, 0, Map.of(0, 0L)).sessionId();

    // when
    FetchResponseData empty = fetch(17, session, 1, Map.of(), List.of(0));

    // then
    assertThat(empty.errorCode()).isZero();
    assertThat(empty.sessionId()).isZero();
    assertThat(broker.fetchSessions.sessions()).isZero();
  }

  @Test
  void shouldRefuseUnknownSessionsAndWrongEpochs() throws Exception {
    // given
    int session = fetch(0, 0, Map.of(0, 0L)).sessionId();

    // when
    FetchResponseData unknown = fetch(session == 1 ? 2 : session - 1, 1, Map.of());
    FetchResponseData repeated = fetch(session, 5, Map.of());
    FetchResponseData byName = fetch(12, session, 1, Map.of(), List.of());
    FetchResponseData right = fetch(session, 1, Map.of());

    // then
    assertThat(unknown.errorCode()).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND.code());
    assertThat(repeated.errorCode()).isEqualTo(Errors.INVALID_FETCH_SESSION_EPOCH.code());
    assertThat(byName.errorCode()).isEqualTo(Errors.FETCH_SESSION_TOPIC_ID_ERROR.code());
    assertThat(right.errorCode()).isZero();
  }

  @Test
  void shouldCloseOrReplaceTheSessionThatAFullRequestNames() throws Exception {
    // given
    int first = fetch(0, 0, Map.of(0, 0L)).sessionId();

    // when
    int second = fetch(first, 0, Map.of(0, 0L, 1, 0L)).sessionId();
    FetchResponseData last = fetch(second, -1, Map.of(0, 0L));

    // then
    assertThat(second).isPositive().isNotEqualTo(first);
    assertThat(last.sessionId()).isZero();
    assertThat(told(last)).containsExactly(0);
    assertThat(broker.fetchSessions.sessions()).isZero();
  }

  @Test
  void shouldTellAnErrorUntilItIsOver() throws Exception {
    // given
    int session = fetch(0, 0, Map.of(0, 5L, 1, 0L)).sessionId();

    // when
    FetchResponseData again = fetch(session, 1, Map.of());
    FetchResponseData mended = fetch(session, 2, Map.of(0, 0L));
    FetchResponseData nothing = fetch(session, 3, Map.of());

    // then
    assertThat(told(again)).containsExactly(0);
    assertThat(again.responses().get(0).partitions().get(0).errorCode())
        .isEqualTo(Errors.OFFSET_OUT_OF_RANGE.code());
    assertThat(told(mended)).containsExactly(0);
    assertThat(mended.responses().get(0).partitions().get(0).errorCode()).isZero();
    assertThat(told(nothing)).isEmpty();
  }

  @Test
  void shouldNameTopicsInOldVersions() throws Exception {
    // given
    int session = fetch(7, 0, 0, Map.of(0, 0L), List.of()).sessionId();
    produce("t", 0, "a");

    // when
    FetchResponseData news = fetch(7, session, 1, Map.of(), List.of());

    // then
    assertThat(news.responses().get(0).topic()).isEqualTo("t");
    assertThat(told(news)).containsExactly(0);
  }

  @Test
  void shouldServeWithoutSessionsWhenThereAreNoSlots() throws Exception {
    // given
    stop();
    open("max.incremental.fetch.session.cache.slots", "0");

    // when
    FetchResponseData full = fetch(0, 0, Map.of(0, 0L));

    // then
    assertThat(full.errorCode()).isZero();
    assertThat(full.sessionId()).isZero();
    assertThat(told(full)).containsExactly(0);
  }

  @Test
  void shouldFeedKafkasConsumerOfManyPartitions() throws Exception {
    // given
    TopicImage many =
        KafkaFixture.await(
            broker.metadata.createTopic(new TopicName("many"), MANY, Map.of(), false));
    List<TopicPartition> all =
        IntStream.range(0, many.partitions().size())
            .mapToObj(number -> new TopicPartition("many", number))
            .toList();
    Set<String> expected = new HashSet<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers", "127.0.0.1:" + broker.port(), "auto.offset.reset", "earliest"),
            new StringDeserializer(),
            new StringDeserializer())) {
      consumer.assign(all);
      Set<String> read = new HashSet<>();

      // when: rounds over all, over half of them paused, and over fewer that are assigned
      for (int round = 0; round < 6; round++) {
        if (round == 2) {
          consumer.pause(all.subList(0, MANY / 2));
        } else if (round == 3) {
          consumer.resume(all.subList(0, MANY / 2));
        } else if (round == 4) {
          consumer.assign(all.subList(0, MANY - 50));
        }
        int limit = round >= 4 ? MANY - 50 : MANY;
        for (int partition = round; partition < limit; partition += 7) {
          String value = round + "-" + partition;
          produce("many", partition, value);
          expected.add(value);
        }
        if (round != 2) {
          readUntil(consumer, read, expected);
          assertThat(broker.fetchSessions.sessions()).isEqualTo(1);
        }
      }

      // then
      assertThat(read).isEqualTo(expected);
      assertThat(broker.fetchSessions.partitions()).isEqualTo(MANY - 50);
    }
  }

  private static void readUntil(
      KafkaConsumer<String, String> consumer, Set<String> read, Set<String> expected) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!read.containsAll(expected)) {
      assertThat(System.nanoTime() - deadline)
          .as("read %s of %s", read.size(), expected.size())
          .isNegative();
      consumer
          .poll(Duration.ofMillis(100))
          .forEach(record -> assertThat(read.add(record.value())).as("once").isTrue());
    }
  }
}
