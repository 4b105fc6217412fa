package io.millrace.endpoint.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ErrorCode;
import io.millrace.model.image.TopicImage;
import io.millrace.protocol.stream.WireFormat;
import io.millrace.protocol.stream.message.PlainRecord;
import io.millrace.protocol.stream.message.Produce;
import io.millrace.protocol.stream.message.ProduceRecords;
import io.millrace.protocol.stream.message.Produced;
import io.millrace.protocol.stream.message.ProducedRange;
import io.millrace.record.BatchHeader;
import io.millrace.record.CompressionType;
import io.millrace.record.RecordBatchBuilder;
import io.millrace.record.RecordReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ProduceTest {
  private final SessionFixture fixture = SessionFixture.greeted(WireFormat.AVRO);
  private final FakeBroker broker = fixture.broker;
  private final TopicImage topic = broker.topic("t", 1);

  @AfterEach
  void shouldHoldNothingAtTheEnd() {
    fixture.close();
  }

  @Test
  void shouldAppendABatchAsItIs() {
    // when
    fixture.send(new Produce(1L, "t", 0, -1, 0, batch("a", "b")));
    fixture.send(new Produce(2L, "t", 0, 1, 0, batch("c")));
    fixture.send(new Produce(3L, "t", 0, 0, 0, batch("d")));
    broker.answerProduces();

    // then
    assertThat(take())
        .containsExactly(
            new Produced(1L, List.of(new ProducedRange(0, 0L, 0, -1L, List.of()))),
            new Produced(2L, List.of(new ProducedRange(0, 2L, 0, -1L, List.of()))));
    assertThat(logged()).containsExactly("a", "b", "c", "d");
  }

  @Test
  void shouldNotResendABatchOnItsOwn() {
    // given
    broker.refusals.add(ErrorCode.NOT_LEADER_OR_FOLLOWER);

    // when
    fixture.send(new Produce(1L, "t", 0, -1, 0, batch("a")));
    broker.answerProduces();
    fixture.pass(1_000);

    // then
    error(take().get(0), ErrorCode.NOT_LEADER_OR_FOLLOWER, "refused");
    assertThat(broker.produces).hasSize(1);
  }

  @Test
  void shouldRefuseWhatNamesNothing() {
    // when
    fixture.send(new Produce(1L, "missing", 0, -1, 0, batch("a")));
    fixture.send(new Produce(2L, "t", 5, -1, 0, batch("a")));
    fixture.send(new Produce(3L, "t", 0, 7, 0, batch("a")));
    fixture.send(new Produce(4L, "no/name", 0, 1, 0, batch("a")));
    fixture.send(new ProduceRecords(5L, "t", List.of(), 1, 0));

    // then
    List<SpecificRecord> answers = take();
    error(answers.get(0), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "'missing'");
    error(answers.get(1), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "not 5");
    error(answers.get(2), ErrorCode.INVALID_REQUEST, "acks is 7");
    error(answers.get(3), ErrorCode.INVALID_TOPIC, "no/name");
    error(answers.get(4), ErrorCode.INVALID_REQUEST, "no record");
  }

  @Test
  void shouldGatherPlainRecordsBehindTheBatchInFlight() {
    // when
    fixture.send(plain(1, "a"));
    fixture.send(plain(2, "b", "c"));
    fixture.send(plain(3, "d"));
    broker.answerProduces();
    broker.answerProduces();

    // then
    assertThat(take())
        .containsExactly(
            new Produced(1L, List.of(new ProducedRange(0, 0L, 1, -1L, List.of()))),
            new Produced(2L, List.of(new ProducedRange(0, 1L, 2, -1L, List.of()))),
            new Produced(3L, List.of(new ProducedRange(0, 3L, 1, -1L, List.of()))));
    assertThat(broker.produces).hasSize(2);
    assertThat(logged()).containsExactly("a", "b", "c", "d");
    assertThat(broker.log(topic, 0).batches)
        .allMatch(batch -> BatchHeader.producerId(batch, 0) == 1)
        .extracting(batch -> BatchHeader.baseSequence(batch, 0))
        .containsExactly(0, 1);
  }

  @Test
  void shouldResendPlainRecordsUntilTheyAreIn() {
    // given
    broker.refusals.addAll(List.of(ErrorCode.THROTTLED, ErrorCode.NOT_LEADER_OR_FOLLOWER));

    // when
    fixture.send(plain(1, "a"));
    for (int i = 0; i < 3; i++) {
      broker.answerProduces();
      fixture.pass(100);
    }

    // then
    assertThat(take()).hasSize(1).first().isInstanceOf(Produced.class);
    assertThat(logged()).containsExactly("a");
  }

  @Test
  void shouldNotWriteTwiceWhatHadNoClearAnswer() {
    // given
    broker.refusals.add(ErrorCode.UNKNOWN_OUTCOME);

    // when
    fixture.send(plain(1, "a"));
    broker.answerProduces();
    fixture.pass(100);
    broker.answerProduces();
    fixture.send(plain(2, "b"));
    broker.answerProduces();

    // then
    assertThat(take())
        .containsExactly(
            new Produced(1L, List.of(new ProducedRange(0, 0L, 1, -1L, List.of()))),
            new Produced(2L, List.of(new ProducedRange(0, 1L, 1, -1L, List.of()))));
    assertThat(logged()).containsExactly("a", "b");
  }

  @Test
  void shouldSayThatTheOutcomeIsUnknownWhenTimeIsUpAndBeginWithANewProducer() {
    // given
    fixture.send(new ProduceRecords(1L, "t", List.of(SessionFixture.plain(null, "a")), -1, 1_000));

    // when
    fixture.pass(1_100);
    List<SpecificRecord> answers = take();
    broker.refusals.add(ErrorCode.UNKNOWN_OUTCOME);
    broker.answerProduces();

    // then
    error(answers.get(0), ErrorCode.UNKNOWN_OUTCOME, "not known");
    assertThat(take()).isEmpty();
  }

  @Test
  void shouldTakeANewProducerIdWhenThePartitionForgotTheOldOne() {
    // given
    fixture.send(plain(1, "a"));
    broker.answerProduces();
    take();
    broker.refusals.add(ErrorCode.UNKNOWN_PRODUCER_ID);

    // when
    fixture.send(plain(2, "b"));
    broker.answerProduces();
    broker.answerProduces();

    // then
    assertThat(take()).hasSize(1).first().isInstanceOf(Produced.class);
    assertThat(logged()).containsExactly("a", "b");
    assertThat(BatchHeader.producerId(broker.log(topic, 0).batches.get(1), 0)).isEqualTo(2);
  }

  @Test
  void shouldSpreadRecordsByKeyAndSayWhichWentWhere() {
    // given
    broker.topic("many", 8);
    List<PlainRecord> records = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      records.add(SessionFixture.plain("key" + i % 4, "v" + i));
    }

    // when
    fixture.send(new ProduceRecords(1L, "many", records, -1, 0));
    broker.answerProduces();

    // then
    Produced produced = (Produced) take().get(0);
    List<Integer> indexes = new ArrayList<>();
    produced.getResults().forEach(range -> indexes.addAll(range.getIndexes()));
    assertThat(indexes).hasSize(20).doesNotHaveDuplicates();
    assertThat(produced.getResults()).hasSizeBetween(2, 4);
  }

  @Test
  void shouldThrottleWhenTooMuchWaits() {
    try (SessionFixture small =
        SessionFixture.greeted(WireFormat.AVRO, "stream.batch.buffer.bytes", "1024")) {
      // given
      small.broker.topic("t", 1);

      // when
      small.send(plain(1, "x".repeat(900)));
      small.send(plain(2, "y".repeat(900)));

      // then
      error(small.transport.take().get(0), ErrorCode.THROTTLED, "stream.batch.buffer.bytes");
    }
  }

  @Test
  void shouldSplitARequestIntoBatchesOfTheLogsSize() {
    // given
    String[] values = new String[5];
    for (int i = 0; i < values.length; i++) {
      values[i] = i + "x".repeat(400_000);
    }

    // when
    fixture.send(plain(1, values));
    for (int i = 0; i < 4; i++) {
      broker.answerProduces();
    }

    // then
    Produced produced = (Produced) take().get(0);
    assertThat(produced.getResults()).extracting(ProducedRange::getCount).containsExactly(2, 2, 1);
    assertThat(logged()).containsExactly(values);
  }

  private static ProduceRecords plain(long requestId, String... values) {
    List<PlainRecord> records = new ArrayList<>();
    for (String value : values) {
      records.add(SessionFixture.plain(null, value));
    }
    return new ProduceRecords(requestId, "t", records, -1, 0);
  }

  private static ByteBuffer batch(String... values) {
    RecordBatchBuilder builder = new RecordBatchBuilder(CompressionType.NONE, 100);
    for (String value : values) {
      builder.append(1, null, value.getBytes(StandardCharsets.UTF_8), List.of());
    }
    return builder.build();
  }

  private List<String> logged() {
    List<String> values = new ArrayList<>();
    for (ByteBuffer batch : broker.log(topic, 0).batches) {
      try (RecordReader reader = RecordReader.of(batch, 0, 1 << 20)) {
        while (reader.advance()) {
          values.add(StandardCharsets.UTF_8.decode(reader.value()).toString());
        }
      }
    }
    return values;
  }

  private List<SpecificRecord> take() {
    return fixture.transport.take();
  }

  private static void error(SpecificRecord message, ErrorCode code, String text) {
    StreamSessionTest.assertError(message, code, text);
  }
}
