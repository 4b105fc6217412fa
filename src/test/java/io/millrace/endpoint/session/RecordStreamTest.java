package io.millrace.endpoint.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ErrorCode;
import io.millrace.model.image.TopicImage;
import io.millrace.protocol.stream.ResumeToken;
import io.millrace.protocol.stream.WireFormat;
import io.millrace.protocol.stream.message.CaughtUp;
import io.millrace.protocol.stream.message.Credit;
import io.millrace.protocol.stream.message.Gap;
import io.millrace.protocol.stream.message.GetPosition;
import io.millrace.protocol.stream.message.Pause;
import io.millrace.protocol.stream.message.PositionReply;
import io.millrace.protocol.stream.message.Records;
import io.millrace.protocol.stream.message.Resume;
import io.millrace.protocol.stream.message.Seek;
import io.millrace.protocol.stream.message.Sought;
import io.millrace.protocol.stream.message.StartOffset;
import io.millrace.protocol.stream.message.StreamPartition;
import io.millrace.protocol.stream.message.Subscribe;
import io.millrace.protocol.stream.message.Subscribed;
import io.millrace.protocol.stream.message.Unsubscribe;
import io.millrace.protocol.stream.message.Unsubscribed;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RecordStreamTest {
  private static final long MUCH = 1L << 40;

  private final SessionFixture fixture = SessionFixture.greeted(WireFormat.AVRO);
  private final FakeBroker broker = fixture.broker;
  private final TopicImage topic = broker.topic("t", 1);

  @AfterEach
  void shouldHoldNothingAtTheEnd() {
    fixture.close();
  }

  @Test
  void shouldSendNothingWithoutCredit() {
    // given
    broker.append(topic, 0, "a");

    // when
    fixture.send(SessionFixture.subscribe(1, "t", "earliest"));

    // then
    List<SpecificRecord> messages = take();
    assertThat(messages).hasSize(1);
    assertThat(((Subscribed) messages.get(0)).getPositions().get(0).getNextOffset()).isZero();
    assertThat(broker.fetches).hasValue(0);
  }

  @Test
  void shouldDeliverThenSayThatItCaughtUpThenFollow() {
    // given
    broker.append(topic, 0, "a", "b");
    fixture.send(SessionFixture.subscribe(1, "t", "earliest"));
    take();

    // when
    credit(1, MUCH, MUCH);
    List<SpecificRecord> before = take();
    broker.append(topic, 0, "c");
    List<SpecificRecord> after = take();

    // then
    assertThat(SessionFixture.values(before)).containsExactly("a", "b");
    assertThat(before).last().isInstanceOf(CaughtUp.class);
    assertThat(SessionFixture.values(after)).containsExactly("c");
    assertThat(after).hasSize(1);
    Records records = (Records) after.get(0);
    assertThat(records.getFirstOffset()).isEqualTo(2);
    assertThat(records.getNextOffset()).isEqualTo(3);
    assertThat(records.getLeaderEpoch()).isEqualTo(3);
    assertThat(records.getCreditRecords()).isEqualTo(1);
    assertThat(records.getCreditBytes()).isEqualTo(records.getBatches().remaining());
  }

  @Test
  void shouldOverdrawByOneBatchAndCarryTheDebt() {
    // given
    for (int i = 0; i < 5; i++) {
      broker.append(topic, 0, i + "a", i + "b", i + "c");
    }
    fixture.send(SessionFixture.subscribe(1, "t", "earliest"));
    take();

    // when
    credit(1, 4, MUCH);
    List<String> first = SessionFixture.values(take());
    credit(1, 2, 0);
    List<String> inDebt = SessionFixture.values(take());
    credit(1, 1, 0);
    List<String> paid = SessionFixture.values(take());

    // then
    assertThat(first).containsExactly("0a", "0b", "0c", "1a", "1b", "1c");
    assertThat(inDebt).isEmpty();
    assertThat(paid).containsExactly("2a", "2b", "2c");
  }

  @Test
  void shouldCountBytesToo() {
    // given
    broker.append(topic, 0, "a");
    broker.append(topic, 0, "b");
    fixture.send(SessionFixture.subscribe(1, "t", "earliest"));
    take();

    // when
    credit(1, MUCH, 1);

    // then
    assertThat(SessionFixture.values(take())).containsExactly("a");
  }

  @Test
  void shouldLeaveTheTailWithoutCreditAndMissNothing() {
    // given
    fixture.send(SessionFixture.subscribe(1, "t", "earliest"));
    credit(1, 1, MUCH);
    take();
    broker.append(topic, 0, "a");

    // when
    broker.append(topic, 0, "b");
    broker.append(topic, 0, "c");
    List<String> stalled = SessionFixture.values(take());
    int fetches = broker.fetches.get();
    broker.append(topic, 0, "d");
    int fetchesWhileStalled = broker.fetches.get() - fetches;
    credit(1, MUCH, MUCH);
    List<SpecificRecord> messages = take();

    // then
    assertThat(stalled).containsExactly("a");
    assertThat(fetchesWhileStalled).isZero();
    assertThat(SessionFixture.values(messages)).containsExactly("b", "c", "d");
    assertThat(messages).last().isInstanceOf(CaughtUp.class);
  }

  @Test
  void shouldStallOnAFullSocketAndGoOnWhenItDrains() {
    // given
    for (int i = 0; i < 300; i++) {
      broker.append(topic, 0, "x".repeat(1_000) + i);
    }
    fixture.send(SessionFixture.subscribe(1, "t", "earliest"));
    take();
    fixture.transport.messagesUntilFull = 2;

    // when
    credit(1, MUCH, MUCH);
    int whileFull = SessionFixture.values(take()).size();
    fixture.transport.writable = true;
    fixture.session.onWritable();
    int afterwards = SessionFixture.values(take()).size();

    // then
    assertThat(whileFull).isBetween(1, 299);
    assertThat(whileFull + afterwards).isEqualTo(300);
  }

  @Test
  void shouldSplitALargeBatchAndStopInItsMiddle() {
    // given
    broker.append(topic, 0, "x".repeat(200_000), "y");
    fixture.send(SessionFixture.subscribe(1, "t", "earliest"));
    take();
    fixture.transport.messagesUntilFull = 2;

    // when
    credit(1, 1, 1);
    List<SpecificRecord> messages = take();
    int whileFull = messages.size();
    fixture.transport.writable = true;
    fixture.session.onWritable();
    messages.addAll(take());

    // then
    assertThat(whileFull).isEqualTo(2);
    assertThat(messages)
        .extracting(m -> ((Records) m).getMore())
        .containsExactly(true, true, true, false);
    assertThat(messages).extracting(m -> ((Records) m).getFirstOffset()).containsOnly(0L);
    assertThat(SessionFixture.values(messages)).containsExactly("x".repeat(200_000), "y");
  }

  @Test
  void shouldSplitALargeBatchForFollowersToo() {
    // given
    fixture.send(SessionFixture.subscribe(1, "t", "earliest"));
    credit(1, MUCH, MUCH);
    take();

    // when
    broker.append(topic, 0, "x".repeat(200_000), "y");

    // then
    List<SpecificRecord> messages = take();
    assertThat(messages).hasSize(4);
    assertThat(SessionFixture.values(messages)).containsExactly("x".repeat(200_000), "y");
  }

  @Test
  void shouldShareOneFetchAmongThoseWhoCaughtUp() {
    // given
    for (int id = 0; id < 10; id++) {
      fixture.send(SessionFixture.subscribe(id, "t", "latest"));
      credit(id, MUCH, MUCH);
    }
    take();
    int before = broker.fetches.get();

    // when
    broker.append(topic, 0, "a");

    // then
    List<SpecificRecord> messages = take();
    assertThat(messages).hasSize(10).allMatch(Records.class::isInstance);
    assertThat(broker.fetches.get() - before).isEqualTo(1);
    assertThat(broker.waiting()).isEqualTo(1);
  }

  @Test
  void shouldBeginWhereItIsTold() {
    // given
    broker.append(topic, 0, "a", "b");
    broker.append(topic, 0, "c", "d");

    // when / then
    assertThat(readFrom(start("latest"))).isEmpty();
    assertThat(readFrom(start("earliest"))).containsExactly("a", "b", "c", "d");
    Subscribe offsets = start("offsets");
    offsets.put("offsets", List.of(new StartOffset("t", 0, 1L)));
    assertThat(readFrom(offsets)).containsExactly("b", "c", "d");
    Subscribe last = start("last");
    last.put("lastRecords", 1L);
    assertThat(readFrom(last)).containsExactly("d");
    Subscribe lastAll = start("last");
    lastAll.put("lastRecords", Long.MAX_VALUE);
    assertThat(readFrom(lastAll)).containsExactly("a", "b", "c", "d");
    Subscribe old = start("timestamp");
    old.put("timestampMs", 10L);
    assertThat(readFrom(old)).containsExactly("a", "b", "c", "d");
    Subscribe future = start("timestamp");
    future.put("timestampMs", 2_000L);
    assertThat(readFrom(future)).isEmpty();
  }

  @Test
  void shouldSayWhatATruncationTookFromWhoResumes() {
    // given
    broker.append(topic, 0, "a", "b");
    broker.append(topic, 0, "lost", "too");
    String token = tokenAfterReadingAll();
    broker.log(topic, 0).truncate(2);
    broker.publishEpochs();
    broker.append(topic, 0, "c", "d", "e");

    // when
    Subscribe resumed = SessionFixture.subscribe(2, "t", "resume");
    resumed.put("resumeToken", token);
    fixture.send(resumed);
    credit(2, MUCH, MUCH);
    List<SpecificRecord> messages = take();

    // then
    assertThat(((Subscribed) messages.get(0)).getPositions().get(0).getNextOffset()).isEqualTo(4);
    assertThat(messages.get(1)).isEqualTo(new Gap(2, "t", 0, 4L, 2L, "truncation"));
    assertThat(SessionFixture.values(messages)).containsExactly("c", "d", "e");
  }

  @Test
  void shouldSayThatALogEndsBeforeAPositionThatWasReadWhoseEpochIsNotKnown() {
    // given
    broker.append(topic, 0, "a", "b");
    String token =
        ResumeToken.ofOffsets(FakeBroker.CLUSTER, Map.of(topic.partitionId(0), 9L)).toText();

    // when
    Subscribe resumed = SessionFixture.subscribe(2, "t", "resume");
    resumed.put("resumeToken", token);
    fixture.send(resumed);
    credit(2, MUCH, MUCH);
    broker.append(topic, 0, "c");

    // then
    List<SpecificRecord> messages = take();
    assertThat(messages).contains(new Gap(2, "t", 0, 9L, 2L, "truncation"));
    assertThat(SessionFixture.values(messages)).containsExactly("c");
  }

  @Test
  void shouldEndAStreamThatAskedForAnErrorWhenTheLogWasTruncated() {
    // given
    broker.append(topic, 0, "a", "b");
    String token = tokenAfterReadingAll();
    broker.log(topic, 0).truncate(0);
    broker.publishEpochs();

    // when
    Subscribe resumed = SessionFixture.subscribe(2, "t", "resume");
    resumed.put("resumeToken", token);
    resumed.put("onOutOfRange", "error");
    fixture.send(resumed);
    credit(2, MUCH, MUCH);
    broker.append(topic, 0, "c");

    // then
    List<SpecificRecord> messages = take();
    assertThat(SessionFixture.values(messages)).isEmpty();
    assertThat(messages)
        .filteredOn(io.millrace.protocol.stream.message.Error.class::isInstance)
        .singleElement()
        .extracting(error -> ((io.millrace.protocol.stream.message.Error) error).getName())
        .isEqualTo("OFFSET_OUT_OF_RANGE");
  }

  private String tokenAfterReadingAll() {
    fixture.send(SessionFixture.subscribe(1, "t", "earliest"));
    credit(1, MUCH, MUCH);
    List<SpecificRecord> read = take();
    fixture.send(new Unsubscribe(1));
    take();
    return ((CaughtUp) read.get(read.size() - 1)).getResumeToken();
  }

  @Test
  void shouldReadOnOnceItHearsOfTheLeadersEpoch() {
    // given
    broker.append(topic, 0, "a");
    fixture.send(SessionFixture.subscribe(1, "t", "earliest"));
    take();
    broker.log(topic, 0).leaderEpoch++;

    // when
    credit(1, MUCH, MUCH);
    List<SpecificRecord> before = take();
    broker.publishEpochs();
    List<SpecificRecord> after = take();

    // then
    assertThat(before).isEmpty();
    assertThat(SessionFixture.values(after)).containsExactly("a");
  }

  @Test
  void shouldSayHowFarPausedPartitionsAreBehind() {
    // given
    TopicImage two = broker.topic("two", 2);
    broker.append(two, 0, "a", "b", "c");
    broker.append(two, 1, "d");
    fixture.send(SessionFixture.subscribe(1, "two", "earliest"));
    fixture.send(new Pause(1, List.of(new StreamPartition("two", 0))));

    // when
    credit(1, MUCH, MUCH);

    // then
    CaughtUp caughtUp =
        (CaughtUp) take().stream().filter(CaughtUp.class::isInstance).findFirst().orElseThrow();
    assertThat(caughtUp.getLagRecords()).isEqualTo(3);
    assertThat(caughtUp.getLagMs()).isEqualTo(fixture.wallClockMs() - 1_000);
  }

  @Test
  void shouldResumeWithoutLossOrRepeat() {
    // given
    TopicImage two = broker.topic("two", 2);
    broker.append(two, 0, "a", "b");
    broker.append(two, 1, "c");
    Subscribe subscribe = SessionFixture.subscribe(1, "two", "earliest");
    fixture.send(subscribe);
    credit(1, 1, MUCH);
    List<String> before = SessionFixture.values(take());
    fixture.send(new GetPosition(5L, 1));
    PositionReply position = (PositionReply) take().get(0);
    fixture.send(new Unsubscribe(1));
    broker.append(two, 0, "d");
    broker.growTopic("two", 3);
    broker.append(two, 2, "e");
    take();

    // when
    Subscribe resumed = SessionFixture.subscribe(2, "two", "resume");
    resumed.put("resumeToken", position.getResumeToken());
    List<String> after = readFrom(resumed);

    // then
    assertThat(before).containsExactly("a", "b");
    assertThat(after).containsExactlyInAnyOrder("c", "d", "e");
    assertThat(ResumeToken.parse(position.getResumeToken()).clusterId())
        .isEqualTo(FakeBroker.CLUSTER);
  }

  @Test
  void shouldRefuseATokenOfAnotherClusterAndWhatItCannotStartFrom() {
    // given
    Subscribe foreign = start("resume");
    foreign.put("resumeToken", new ResumeToken("other", List.of()).toText());
    Subscribe damaged = start("resume");
    damaged.put("resumeToken", "AAAA");
    Subscribe incomplete = start("timestamp");

    // when
    fixture.send(foreign);
    fixture.send(damaged);
    fixture.send(incomplete);
    fixture.send(start("yesterday"));

    // then
    List<SpecificRecord> answers = take();
    error(answers.get(0), ErrorCode.INVALID_RESUME_TOKEN, "'other'");
    error(answers.get(1), ErrorCode.INVALID_RESUME_TOKEN, "cannot be read");
    error(answers.get(2), ErrorCode.INVALID_START_OFFSET, "timestampMs");
    error(answers.get(3), ErrorCode.INVALID_START_OFFSET, "yesterday");
  }

  @Test
  void shouldTellAGapWhenRetentionWasFaster() {
    // given
    broker.append(topic, 0, "a");
    broker.append(topic, 0, "b");
    broker.deleteRecords(topic.partitionId(0), 1, 0);
    Subscribe subscribe = start("offsets");
    subscribe.put("offsets", List.of(new StartOffset("t", 0, 0L)));

    // when
    fixture.send(subscribe);
    credit(1, MUCH, MUCH);

    // then
    List<SpecificRecord> messages = take();
    assertThat(messages).contains(new Gap(1, "t", 0, 0L, 1L, "retention"));
    assertThat(SessionFixture.values(messages)).containsExactly("b");
  }

  @Test
  void shouldEndThePartitionIfOutOfRangeIsAnError() {
    // given
    Subscribe subscribe = start("offsets");
    subscribe.put("offsets", List.of(new StartOffset("t", 0, 77L)));
    subscribe.put("onOutOfRange", "error");

    // when
    fixture.send(subscribe);
    credit(1, MUCH, MUCH);

    // then
    error(take().get(1), ErrorCode.OFFSET_OUT_OF_RANGE, "offset 77");
  }

  @Test
  void shouldSkipForASlowReaderThatAskedForIt() {
    // given
    Subscribe subscribe = start("latest");
    subscribe.put("onSlow", "skip");
    fixture.send(subscribe);
    credit(1, 1, MUCH);
    broker.append(topic, 0, "a");
    broker.append(topic, 0, "b");
    broker.append(topic, 0, "c");
    take();

    // when
    credit(1, MUCH, MUCH);
    broker.append(topic, 0, "d");

    // then
    List<SpecificRecord> messages = take();
    assertThat(messages).contains(new Gap(1, "t", 0, 1L, 3L, "skipped"));
    assertThat(SessionFixture.values(messages)).containsExactly("d");
  }

  @Test
  void shouldPauseAndResumeAPartition() {
    // given
    TopicImage two = broker.topic("two", 2);
    fixture.send(SessionFixture.subscribe(1, "two", "earliest"));
    credit(1, MUCH, MUCH);
    fixture.send(new Pause(1, List.of(new StreamPartition("two", 0))));
    take();

    // when
    broker.append(two, 0, "a");
    broker.append(two, 1, "b");
    List<String> paused = SessionFixture.values(take());
    fixture.send(new Resume(1, List.of()));
    List<String> resumed = SessionFixture.values(take());

    // then
    assertThat(paused).containsExactly("b");
    assertThat(resumed).containsExactly("a");
  }

  @Test
  void shouldSeek() {
    // given
    broker.append(topic, 0, "a");
    broker.append(topic, 0, "b");
    fixture.send(start("latest"));
    credit(1, MUCH, MUCH);
    take();

    // when
    fixture.send(
        new Seek(3L, 1, "offsets", List.of(new StartOffset("t", 0, 1L)), null, null, null));

    // then
    List<SpecificRecord> messages = take();
    assertThat(((Sought) messages.get(0)).getPositions().get(0).getNextOffset()).isEqualTo(1);
    assertThat(SessionFixture.values(messages)).containsExactly("b");
  }

  @Test
  void shouldTakeUpTopicsThatMatchAndLetGoOfThoseThatAreGone() {
    // given
    Subscribe subscribe = start("latest");
    subscribe.put("topics", List.of());
    subscribe.put("pattern", "new.*");
    fixture.send(subscribe);
    credit(1, MUCH, MUCH);
    take();

    // when
    TopicImage joined = broker.topic("new1", 1);
    broker.append(joined, 0, "a");
    List<String> values = SessionFixture.values(take());
    broker.removeTopic("new1");

    // then
    assertThat(values).containsExactly("a");
    assertThat(take()).contains(new Gap(1, "new1", 0, 1L, -1L, "deleted"));
  }

  @Test
  void shouldEndWhenItsTopicIsGone() {
    // given
    fixture.send(start("latest"));
    take();

    // when
    broker.removeTopic("t");

    // then
    assertThat(take()).last().isEqualTo(new Unsubscribed(1, "its topics are deleted"));
  }

  @Test
  void shouldRefuseSubscriptionsThatContradictThemselves() {
    // given
    Subscribe both = start("latest");
    both.put("pattern", ".*");
    Subscribe unknown = SessionFixture.subscribe(1, "missing", "latest");
    Subscribe partition = start("latest");
    partition.put("partitions", List.of(7));
    fixture.send(start("latest"));
    take();

    // when
    fixture.send(both);
    fixture.send(unknown);
    fixture.send(partition);
    fixture.send(start("latest"));

    // then
    List<SpecificRecord> answers = take();
    error(answers.get(0), ErrorCode.INVALID_REQUEST, "is open already");
    error(answers.get(3), ErrorCode.INVALID_REQUEST, "is open already");
    Subscribe second = SessionFixture.subscribe(2, "t", "latest");
    second.put("pattern", ".*");
    fixture.send(second);
    second.put("pattern", null);
    second.put("partitions", List.of(7));
    fixture.send(second);
    fixture.send(SessionFixture.subscribe(2, "missing", "latest"));
    List<SpecificRecord> more = take();
    error(more.get(0), ErrorCode.INVALID_REQUEST, "either topics or a pattern");
    error(more.get(1), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "partitions 0 to 0, not 7");
    error(more.get(2), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "'missing'");
  }

  private static Subscribe start(String start) {
    return SessionFixture.subscribe(1, "t", start);
  }

  private List<String> readFrom(Subscribe subscribe) {
    fixture.send(subscribe);
    credit(subscribe.getStreamId(), MUCH, MUCH);
    List<String> values = SessionFixture.values(take());
    fixture.send(new Unsubscribe(subscribe.getStreamId()));
    take();
    return values;
  }

  private void credit(int streamId, long records, long bytes) {
    fixture.send(new Credit(streamId, records, bytes));
  }

  private List<SpecificRecord> take() {
    return fixture.transport.take();
  }

  private static void error(SpecificRecord message, ErrorCode code, String text) {
    StreamSessionTest.assertError(message, code, text);
  }
}
