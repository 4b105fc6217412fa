package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.client.ClientSettings.Via;
import io.millrace.endpoint.TestTls;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TopicName;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The clients over real sockets, both transports, against the model broker. */
class ClientIT {
  private static final String TOPIC = "events";
  private static final int PARTITIONS = 3;
  private static final long DEADLINE_S = 20;

  private Vertx vertx;
  private SocketBroker broker;
  private SocketBroker encrypted;
  private ModelBroker model;

  @BeforeEach
  void start() throws Exception {
    vertx = Vertx.vertx();
    CompletableFuture<Void> started = new CompletableFuture<>();
    vertx.runOnContext(
        ignored -> {
          model = new ModelBroker(VertxLoop.of(vertx), new Random(1));
          model.createTopic(TOPIC, PARTITIONS);
          broker = new SocketBroker(vertx, model, false);
          encrypted = new SocketBroker(vertx, model, true);
          Future.all(broker.start(), encrypted.start())
              .<Void>mapEmpty()
              .onSuccess(started::complete)
              .onFailure(started::completeExceptionally);
        });
    started.get(DEADLINE_S, TimeUnit.SECONDS);
  }

  @AfterEach
  void stop() throws Exception {
    await(vertx.close());
  }

  @ParameterizedTest
  @EnumSource(Via.class)
  void shouldReadWhatWasSent(Via via) throws Exception {
    // given
    int count = 3_000;
    Producer producer = Producer.create(vertx, settings(via));
    Consumer consumer = Consumer.create(vertx, consumerSettings(via));
    Reading reading = new Reading(consumer, count);
    await(consumer.subscribe(Subscription.topics(TOPIC)));

    // when
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sent.add(producer.send(ProducerRecord.ofText(TOPIC, "key" + i % 10, "v" + i)));
    }
    await(Future.all(sent));

    // then
    reading.awaitAll();
    for (int i = 0; i < count; i++) {
      RecordMetadata metadata = sent.get(i).result();
      assertThat(reading.values(metadata.partition()).get((int) metadata.offset()))
          .isEqualTo("v" + i);
    }
    await(producer.close());
    await(consumer.close());
  }

  @ParameterizedTest
  @EnumSource(Via.class)
  void shouldConnectAgainWhenABrokerGoesDeadWithoutClosing(Via via) throws Exception {
    // given
    Map<String, String> impatient =
        Map.of("connection.ping.ms", "100", "connection.ping.timeout.ms", "400");
    Map<String, String> producing = new HashMap<>(settings(via));
    producing.putAll(impatient);
    Map<String, String> consuming = new HashMap<>(consumerSettings(via));
    consuming.putAll(impatient);
    Producer producer = Producer.create(vertx, producing);
    Consumer consumer = Consumer.create(vertx, consuming);
    Reading reading = new Reading(consumer, 2);
    await(consumer.subscribe(Subscription.topics(TOPIC)));
    await(producer.send(ProducerRecord.ofText(TOPIC, null, "before").withPartition(0)));

    // when
    vertx.runOnContext(ignored -> broker.silenceAll());
    await(producer.send(ProducerRecord.ofText(TOPIC, null, "after").withPartition(0)));

    // then
    reading.awaitAll();
    assertThat(reading.values(0)).containsExactly("before", "after");
    await(producer.close());
    await(consumer.close());
  }

  @ParameterizedTest
  @EnumSource(Via.class)
  void shouldLoseAndRepeatNothingWhenConnectionsBreak(Via via) throws Exception {
    // given
    int count = 5_000;
    Producer producer = Producer.create(vertx, settings(via));
    Consumer consumer = Consumer.create(vertx, consumerSettings(via));
    Reading reading = new Reading(consumer, count);
    await(consumer.subscribe(Subscription.topics(TOPIC)));

    // when
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sent.add(producer.send(ProducerRecord.ofText(TOPIC, "key" + i % 10, "v" + i)));
      if (i % 1_000 == 500) {
        await(sent.get(i - 300));
        vertx.runOnContext(ignored -> broker.cutAll());
      }
    }
    await(Future.all(sent));

    // then
    reading.awaitAll();
    Map<Integer, List<String>> expected = new HashMap<>();
    for (int i = 0; i < count; i++) {
      int partition = sent.get(i).result().partition();
      expected.computeIfAbsent(partition, missing -> new ArrayList<>()).add("v" + i);
    }
    expected.forEach(
        (partition, values) -> assertThat(reading.values(partition)).isEqualTo(values));
    await(producer.close());
    await(consumer.close());
  }

  @ParameterizedTest
  @EnumSource(Via.class)
  void shouldServeCodeThatBlocks(Via via) throws Exception {
    // given
    try (BlockingProducer producer = BlockingProducer.open(settings(via));
        BlockingConsumer consumer = BlockingConsumer.open(consumerSettings(via))) {
      consumer.subscribe(Subscription.partitions(TOPIC, 0));

      // when
      RecordMetadata metadata =
          producer
              .send(ProducerRecord.ofText(TOPIC, null, "hello").withPartition(0))
              .get(DEADLINE_S, TimeUnit.SECONDS);
      List<ConsumerRecord> polled = consumer.poll(Duration.ofSeconds(DEADLINE_S));

      // then
      assertThat(polled).extracting(ConsumerRecord::valueText).containsExactly("hello");
      assertThat(polled.get(0).offset()).isEqualTo(metadata.offset());
      assertThat(consumer.positions()).containsEntry(ConsumerPositions.keyOf(TOPIC, 0), 1L);
    }
  }

  @ParameterizedTest
  @EnumSource(Via.class)
  void shouldEncryptAndTrustTheGivenAuthorityOnly(Via via) throws Exception {
    // given
    Map<String, String> distrusting = new HashMap<>(settings(via));
    distrusting.put(
        "bootstrap.servers", via == Via.TCP ? encrypted.tcpAddress() : encrypted.httpAddress());
    distrusting.put("tls.enabled", "true");
    distrusting.put("request.timeout.ms", "500");
    distrusting.put("delivery.timeout.ms", "1000");
    distrusting.put("max.block.ms", "500");
    Map<String, String> trusting = new HashMap<>(distrusting);
    trusting.put("tls.trust.pem", TestTls.pem("ca", "cert"));
    trusting.put("max.block.ms", "20000");

    try (BlockingProducer one = BlockingProducer.open(trusting);
        BlockingProducer other = BlockingProducer.open(distrusting)) {
      // when
      RecordMetadata metadata =
          one.send(ProducerRecord.ofText(TOPIC, null, "secret")).get(DEADLINE_S, TimeUnit.SECONDS);
      CompletableFuture<RecordMetadata> refused =
          other.send(ProducerRecord.ofText(TOPIC, null, "never"));

      // then
      assertThat(metadata.offset()).isZero();
      assertThatThrownBy(() -> refused.get(DEADLINE_S, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class);
    }
  }

  @Test
  void shouldWaitForRoomAndFailNoRecordThatWasTakenIn() throws Exception {
    // given
    int count = 3_000;
    Map<String, String> settings = new HashMap<>(settings(Via.TCP));
    settings.put("buffer.memory", "40000");
    settings.put("batch.size", "1000");
    List<CompletableFuture<RecordMetadata>> sent = new ArrayList<>();

    // when
    try (BlockingProducer producer = BlockingProducer.open(settings)) {
      for (int i = 0; i < count; i++) {
        sent.add(producer.send(ProducerRecord.ofText(TOPIC, null, "x".repeat(100))));
      }
    }

    // then
    assertThat(sent)
        .hasSize(count)
        .allMatch(each -> each.isDone() && !each.isCompletedExceptionally());
  }

  @Test
  void shouldReadAgainAfterABlockingSeek() throws Exception {
    // given
    try (BlockingProducer producer = BlockingProducer.open(settings(Via.TCP));
        BlockingConsumer consumer = BlockingConsumer.open(consumerSettings(Via.TCP))) {
      consumer.subscribe(Subscription.partitions(TOPIC, 1));
      for (int i = 0; i < 10; i++) {
        producer.send(ProducerRecord.ofText(TOPIC, null, "v" + i).withPartition(1));
      }
      producer.flush();
      List<ConsumerRecord> before = pollCount(consumer, 10);

      // when
      consumer.seek(StartPosition.offsets(Map.of(ConsumerPositions.keyOf(TOPIC, 1), 4L)));
      List<ConsumerRecord> after = pollCount(consumer, 6);

      // then
      assertThat(before).hasSize(10);
      assertThat(after).extracting(ConsumerRecord::offset).containsExactly(4L, 5L, 6L, 7L, 8L, 9L);
    }
  }

  @Test
  void shouldReturnFromAPollThatIsWokenUp() throws Exception {
    // given
    try (BlockingConsumer consumer = BlockingConsumer.open(consumerSettings(Via.TCP))) {
      consumer.subscribe(Subscription.topics(TOPIC));

      // when
      consumer.wakeup();

      // then
      assertThat(consumer.poll(Duration.ofMinutes(5))).isEmpty();
    }
  }

  @Test
  void shouldRefuseASubscriptionToATopicThatDoesNotExist() throws Exception {
    try (BlockingConsumer consumer = BlockingConsumer.open(consumerSettings(Via.TCP))) {
      assertThatThrownBy(() -> consumer.subscribe(Subscription.topics("missing")))
          .isInstanceOfSatisfying(
              StreamException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
    }
  }

  @Test
  void shouldCreateAndDescribeTopics() throws Exception {
    // given
    Admin admin = Admin.create(vertx, Map.of("bootstrap.servers", broker.tcpAddress()));
    TopicName name = new TopicName("made");

    // when
    TopicChange made = await(admin.createTopic(name, 4, Map.of(), false));
    List<TopicDetails> described = await(admin.describeTopics(List.of(name)));

    // then
    assertThat(made.partitions()).isEqualTo(4);
    assertThat(described).singleElement().satisfies(it -> assertThat(it.partitions()).hasSize(4));
    await(admin.close());
  }

  @Test
  void shouldSayWhyATopicDidNotBecomeKnown() throws Exception {
    // given
    Map<String, String> settings = new HashMap<>(settings(Via.TCP));
    settings.put("max.block.ms", "50");
    try (BlockingProducer producer = BlockingProducer.open(settings)) {
      // when
      CompletableFuture<RecordMetadata> sent =
          producer.send(ProducerRecord.ofText("missing", null, "v"));

      // then
      assertThatThrownBy(() -> sent.get(DEADLINE_S, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasMessageContaining("topic missing did not become known within max.block.ms");
    }
  }

  private static List<ConsumerRecord> pollCount(BlockingConsumer consumer, int count)
      throws InterruptedException {
    List<ConsumerRecord> all = new ArrayList<>();
    while (all.size() < count) {
      List<ConsumerRecord> polled = consumer.poll(Duration.ofSeconds(DEADLINE_S));
      assertThat(polled).isNotEmpty();
      all.addAll(polled);
    }
    return all;
  }

  private Map<String, String> settings(Via via) {
    return Map.of(
        "bootstrap.servers",
        via == Via.TCP ? broker.tcpAddress() : broker.httpAddress(),
        "via",
        via.name().toLowerCase(java.util.Locale.ROOT),
        "reconnect.backoff.ms",
        "1");
  }

  private Map<String, String> consumerSettings(Via via) {
    Map<String, String> settings = new HashMap<>(settings(via));
    settings.put("auto.offset.reset", "earliest");
    return settings;
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(DEADLINE_S, TimeUnit.SECONDS);
  }

  /** What a consumer read so far. */
  private static final class Reading {
    private final Map<Integer, List<String>> byPartition = new HashMap<>();
    private final CompletableFuture<Void> all = new CompletableFuture<>();
    private int left;

    private Reading(Consumer consumer, int count) {
      left = count;
      consumer.handler(this::onRecord);
    }

    private void onRecord(ConsumerRecord record) {
      List<String> values =
          byPartition.computeIfAbsent(record.partition(), missing -> new ArrayList<>());
      if (record.offset() != values.size()) {
        all.completeExceptionally(
            new AssertionError("read " + record.offset() + ", expected " + values.size()));
      }
      values.add(record.valueText());
      left--;
      if (left == 0) {
        all.complete(null);
      }
    }

    private void awaitAll() throws Exception {
      all.get(DEADLINE_S, TimeUnit.SECONDS);
    }

    private List<String> values(int partition) {
      return byPartition.getOrDefault(partition, List.of());
    }
  }
}
