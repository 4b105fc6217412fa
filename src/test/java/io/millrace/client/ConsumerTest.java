package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.protocol.stream.message.Credit;
import io.millrace.protocol.stream.message.Error;
import io.millrace.protocol.stream.message.Gap;
import io.millrace.protocol.stream.message.Records;
import io.millrace.protocol.stream.message.Subscribe;
import io.millrace.protocol.stream.message.Unsubscribed;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ConsumerTest {
  private static final String TOPIC = "events";

  private final SimulatedLoop loop = new SimulatedLoop();
  private final ModelBroker broker = new ModelBroker(loop, new Random(5));
  private final List<String> events = new ArrayList<>();

  ConsumerTest() {
    broker.createTopic(TOPIC, 1);
  }

  private Consumer consumer(String... settings) {
    Map<String, String> given = new HashMap<>(Map.of("auto.offset.reset", "earliest"));
    for (int i = 0; i < settings.length; i += 2) {
      given.put(settings[i], settings[i + 1]);
    }
    Consumer consumer = new Consumer(ConsumerSettings.of(given), loop, broker, new Random(5));
    consumer.gapHandler(gap -> events.add("gap to " + gap.toOffset() + " " + gap.cause()));
    consumer.caughtUpHandler(caughtUp -> events.add("caught up"));
    consumer.endHandler(nothing -> events.add("end"));
    consumer.exceptionHandler(failure -> events.add("error " + ((StreamException) failure).code()));
    return consumer;
  }

  private <T> Future<T> settled(Future<T> future) {
    assertThat(loop.runUntil(future::isComplete, 60_000)).isTrue();
    return future;
  }

  @Test
  void shouldAskForNothingBeforeSomebodyHandlesRecords() {
    // given
    broker.write(TOPIC, 0, List.of("a", "b"));
    Consumer consumer = consumer();
    settled(consumer.subscribe(Subscription.topics(TOPIC)));
    loop.runFor(1_000);
    List<Object> before = List.copyOf(broker.wire().received());

    // when
    consumer.handler(record -> events.add(record.valueText()));
    loop.runFor(1_000);

    // then
    assertThat(before).noneMatch(Credit.class::isInstance);
    assertThat(events).containsExactly("a", "b", "caught up");
  }

  @Test
  void shouldHandleNoMoreThanIsFetched() {
    // given
    broker.write(TOPIC, 0, List.of("a", "b", "c"));
    Consumer consumer = consumer();
    consumer.pause();
    consumer.handler(record -> events.add(record.valueText()));
    settled(consumer.subscribe(Subscription.topics(TOPIC)));

    // when
    consumer.fetch(2);
    loop.runFor(1_000);

    // then
    assertThat(events).containsExactly("a", "b");
    assertThat(settled(consumer.positions()).result())
        .containsExactlyEntriesOf(Map.of(ConsumerPositions.keyOf(TOPIC, 0), 2L));
  }

  @Test
  void shouldGiveUpWhenThereIsNoBrokerForTooLong() {
    // given
    broker.write(TOPIC, 0, List.of("a"));
    Consumer consumer = consumer("reconnect.timeout.ms", "3000");
    consumer.handler(record -> events.add(record.valueText()));
    settled(consumer.subscribe(Subscription.topics(TOPIC)));
    loop.runFor(1_000);
    broker.down(true);
    loop.runFor(2_000);
    broker.down(false);
    loop.runFor(5_000);
    List<String> before = List.copyOf(events);

    // when
    broker.down(true);
    loop.runFor(3_100);
    Future<Void> again = settled(consumer.subscribe(Subscription.topics(TOPIC)));

    // then
    assertThat(before).contains("a").doesNotContain("end");
    assertThat(events).endsWith("error CONNECTION_LOST", "end");
    assertThat(((StreamException) again.cause()).code()).isEqualTo(ErrorCode.CONNECTION_LOST);
    assertThat(again.cause()).hasMessageContaining("reconnect.timeout.ms");
  }

  @Test
  void shouldStopInsideAChunkWhenItIsPausedByItsHandler() {
    // given
    broker.write(TOPIC, 0, List.of("a", "b", "c"));
    Consumer consumer = consumer();
    consumer.handler(
        record -> {
          events.add(record.valueText());
          consumer.pause();
        });

    // when
    settled(consumer.subscribe(Subscription.topics(TOPIC)));
    loop.runFor(1_000);

    // then
    assertThat(events).containsExactly("a");
  }

  @Test
  void shouldTellOfAGapInItsPlaceAndGoOnBehindItAfterAReconnect() {
    // given
    broker.write(TOPIC, 0, List.of("a"));
    Consumer consumer = consumer();
    consumer.handler(record -> events.add(record.valueText()));
    settled(consumer.subscribe(Subscription.topics(TOPIC)));
    loop.runFor(100);

    // when
    broker.wire().toClient(new Gap(1, TOPIC, 0, 1L, 3L, "retention"), 0);
    loop.runFor(10);
    broker.write(TOPIC, 0, List.of("b", "c"));
    broker.down(true);
    broker.down(false);
    broker.write(TOPIC, 0, List.of("d"));
    loop.runFor(1_000);

    // then
    assertThat(events).startsWith("a", "caught up", "gap to 3 retention").contains("d");
    assertThat(settled(consumer.positions()).result().values()).containsExactly(4L);
  }

  @Test
  void shouldEndWhenTheTopicsAreGone() {
    // given
    Consumer consumer = consumer();
    consumer.handler(record -> events.add(record.valueText()));
    settled(consumer.subscribe(Subscription.topics(TOPIC)));
    loop.runFor(100);

    // when
    broker.wire().toClient(new Unsubscribed(1, "its topics are deleted"), 0);
    loop.runFor(100);

    // then
    assertThat(events).containsExactly("caught up", "end");
  }

  @Test
  void shouldReportAnErrorOfTheStreamAndGoOn() {
    // given
    Consumer consumer = consumer();
    consumer.handler(record -> events.add(record.valueText()));
    settled(consumer.subscribe(Subscription.topics(TOPIC)));
    loop.runFor(100);

    // when
    broker
        .wire()
        .toClient(
            new Error(null, 1, ErrorCode.LIMIT_EXCEEDED.id(), "LIMIT_EXCEEDED", false, "many"), 0);
    loop.runFor(10);
    broker.write(TOPIC, 0, List.of("a"));
    loop.runFor(100);

    // then
    assertThat(events).containsSubsequence("caught up", "error LIMIT_EXCEEDED", "a");
  }

  @Test
  void shouldReadABatchAgainThatArrivesDamaged() {
    // given
    Consumer consumer = consumer();
    consumer.handler(record -> events.add(record.valueText()));
    settled(consumer.subscribe(Subscription.topics(TOPIC)));
    loop.runFor(100);
    broker.log(TOPIC, 0).append(batch("a"));
    ByteBuffer damaged = batch("a");
    damaged.put(damaged.limit() - 2, (byte) 'x');

    // when
    broker
        .wire()
        .toClient(
            new Records(
                1,
                TOPIC,
                ModelStreams.TOPIC_ID.toString(),
                0,
                0L,
                1L,
                0,
                1L,
                (long) damaged.remaining(),
                false,
                damaged),
            0);
    loop.runFor(1_000);

    // then
    assertThat(events).containsSubsequence("error CORRUPT_MESSAGE", "a", "caught up");
    assertThat(broker.connections()).isEqualTo(2);
  }

  private static ByteBuffer batch(String value) {
    var builder =
        new io.millrace.record.RecordBatchBuilder(io.millrace.record.CompressionType.NONE, 100);
    builder.append(1L, (ByteBuffer) null, ByteBuffer.wrap(value.getBytes()), List.of());
    return builder.build();
  }

  @Test
  void shouldFailASubscriptionThatIsRefusedAndServeTheNextOne() {
    // given
    broker.write(TOPIC, 0, List.of("a"));
    Consumer consumer = consumer();
    consumer.handler(record -> events.add(record.valueText()));

    // when
    Future<Void> refused = settled(consumer.subscribe(Subscription.topics("missing")));
    Future<Void> accepted = settled(consumer.subscribe(Subscription.topics(TOPIC)));
    loop.runFor(100);

    // then
    assertThat(((StreamException) refused.cause()).code())
        .isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(accepted.succeeded()).isTrue();
    assertThat(events).containsExactly("a", "caught up");
  }

  @Test
  void shouldNeedAStartPositionIfThereIsNoDefault() {
    // given
    Consumer consumer = consumer("auto.offset.reset", "none");

    // when
    Future<Void> without = settled(consumer.subscribe(Subscription.topics(TOPIC)));
    Future<Void> with =
        settled(consumer.subscribe(Subscription.topics(TOPIC).from(StartPosition.earliest())));

    // then
    assertThat(((StreamException) without.cause()).code())
        .isEqualTo(ErrorCode.INVALID_START_OFFSET);
    assertThat(with.succeeded()).isTrue();
    assertThat(broker.wire().received())
        .filteredOn(Subscribe.class::isInstance)
        .singleElement()
        .satisfies(it -> assertThat(((Subscribe) it).getOnOutOfRange()).isEqualTo("error"));
  }

  @Test
  void shouldReportAnExceptionOfAHandlerAndGoOn() {
    // given
    broker.write(TOPIC, 0, List.of("a", "b"));
    Consumer consumer = consumer();
    consumer.handler(
        record -> {
          events.add(record.valueText());
          throw new IllegalStateException("the application's");
        });

    // when
    settled(consumer.subscribe(Subscription.topics(TOPIC)));
    loop.runFor(100);

    // then
    assertThat(events).containsExactly("a", "b", "caught up");
    assertThat(loop.reported()).hasSize(2);
  }
}
