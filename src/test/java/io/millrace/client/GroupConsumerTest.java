package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TopicPartition;
import io.millrace.protocol.stream.message.Assigned;
import io.millrace.protocol.stream.message.Commit;
import io.millrace.protocol.stream.message.CommitPosition;
import io.millrace.protocol.stream.message.Committed;
import io.millrace.protocol.stream.message.CommittedPosition;
import io.millrace.protocol.stream.message.Credit;
import io.millrace.protocol.stream.message.Error;
import io.millrace.protocol.stream.message.Position;
import io.millrace.protocol.stream.message.Records;
import io.millrace.protocol.stream.message.Released;
import io.millrace.protocol.stream.message.Revoked;
import io.millrace.protocol.stream.message.StreamPartition;
import io.millrace.protocol.stream.message.Subscribe;
import io.millrace.protocol.stream.message.Subscribed;
import io.millrace.protocol.stream.message.Unsubscribe;
import io.millrace.protocol.stream.message.Unsubscribed;
import io.millrace.record.CompressionType;
import io.millrace.record.RecordBatchBuilder;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

/** A consumer as a member of a group, against a broker that says what the test wants. */
class GroupConsumerTest {
  private static final String TOPIC = "flights";
  private static final String TOPIC_ID = ModelStreams.TOPIC_ID.toString();
  private static final TopicPartition FIRST = ConsumerPositions.keyOf(TOPIC, 0);
  private static final TopicPartition SECOND = ConsumerPositions.keyOf(TOPIC, 1);

  private final SimulatedLoop loop = new SimulatedLoop();
  private final ScriptedBroker broker = new ScriptedBroker(loop, this::answer);
  private final List<String> events = new ArrayList<>();
  private ErrorCode refusal = ErrorCode.NONE;
  private Promise<Void> working = Promise.promise();

  private List<? extends SpecificRecord> answer(SpecificRecord message) {
    if (message instanceof Subscribe subscribe) {
      return List.of(new Subscribed(subscribe.getStreamId(), List.of()));
    }
    if (message instanceof Commit commit) {
      return List.of(
          new Committed(
              commit.getRequestId(),
              commit.getStreamId(),
              commit.getOffsets().stream().map(this::kept).toList()));
    }
    return List.of();
  }

  private CommittedPosition kept(CommitPosition wanted) {
    return new CommittedPosition(
        wanted.getTopic(),
        wanted.getPartition(),
        wanted.getOffset(),
        wanted.getLeaderEpoch(),
        wanted.getMetadata(),
        refusal.id(),
        "");
  }

  private Consumer member(String... settings) {
    Map<String, String> given = new HashMap<>(Map.of("group.id", "delays"));
    for (int i = 0; i < settings.length; i += 2) {
      given.put(settings[i], settings[i + 1]);
    }
    Consumer consumer = new Consumer(ConsumerSettings.of(given), loop, broker, new Random(9));
    consumer.handler(record -> events.add(record.valueText()));
    consumer.endHandler(nothing -> events.add("end"));
    consumer.exceptionHandler(failure -> events.add("error " + ((StreamException) failure).code()));
    consumer.rebalanceListener(new Told());
    Future<Void> subscribed = consumer.subscribe(Subscription.topics(TOPIC));
    assertThat(loop.runUntil(subscribed::isComplete, 10_000)).isTrue();
    return consumer;
  }

  /** Writes down what it is told; lets go when the test says so. */
  private final class Told implements RebalanceListener {
    @Override
    public void onAssigned(Map<TopicPartition, Long> positions) {
      events.add("assigned " + positions);
    }

    @Override
    public Future<Void> onRevoked(Set<TopicPartition> partitions) {
      events.add("revoked " + partitions);
      return working.future();
    }

    @Override
    public void onLost(Set<TopicPartition> partitions) {
      events.add("lost " + partitions);
    }
  }

  private void assign(int streamId, int epoch, int partition, long offset) {
    broker.tell(
        new Assigned(
            streamId, "m-1", epoch, List.of(new Position(TOPIC, TOPIC_ID, partition, offset, 0))));
    loop.runFor(1);
  }

  private void revoke(int partition, boolean lost) {
    broker.tell(new Revoked(1, List.of(new StreamPartition(TOPIC, partition)), 60_000, lost));
    loop.runFor(1);
  }

  private void send(int streamId, int partition, long offset, String value) {
    RecordBatchBuilder builder = new RecordBatchBuilder(CompressionType.NONE, 256);
    builder.append(0, null, value.getBytes(StandardCharsets.UTF_8), List.of());
    ByteBuffer batch = builder.build();
    batch.putLong(0, offset);
    broker.tell(
        new Records(
            streamId,
            TOPIC,
            TOPIC_ID,
            partition,
            offset,
            offset + 1,
            0,
            1L,
            (long) batch.remaining(),
            false,
            batch));
    loop.runFor(1);
  }

  private static CommitPosition position(int partition, long offset) {
    return new CommitPosition(TOPIC, partition, offset, 0, "");
  }

  private List<List<CommitPosition>> commits() {
    return broker.received(Commit.class).stream().map(Commit::getOffsets).toList();
  }

  @Test
  void shouldJoinWithItsSettings() {
    // when
    member(
        "group.instance.id",
        "desk-3",
        "group.remote.assignor",
        "range",
        "max.poll.interval.ms",
        "9000");

    // then
    Subscribe sent = broker.received(Subscribe.class).get(0);
    assertThat(sent.getGroup()).isEqualTo("delays");
    assertThat(sent.getInstanceId()).isEqualTo("desk-3");
    assertThat(sent.getAssignor()).isEqualTo("range");
    assertThat(sent.getMaxPollIntervalMs()).isEqualTo(9_000);
    assertThat(sent.getAutoCommitIntervalMs()).isZero();
    assertThat(sent.getMemberId()).isNotEmpty();
    assertThat(sent.getMemberEpoch()).isZero();
  }

  @Test
  void shouldReadWhatItIsAssignedAndCommitItNowAndThen() {
    // given
    member("auto.commit.interval.ms", "1000");
    assign(1, 1, 0, 20);

    // when
    send(1, 0, 20, "a");
    loop.runFor(1_000);
    send(1, 0, 21, "b");
    loop.runFor(3_000);

    // then
    assertThat(events).containsExactly("assigned {flights-0=20}", "a", "b");
    assertThat(commits()).containsExactly(List.of(position(0, 21)), List.of(position(0, 22)));
  }

  @Test
  void shouldCommitOnlyWhenToldToWithoutAutoCommit() {
    // given
    Consumer consumer = member("enable.auto.commit", "false", "auto.commit.interval.ms", "10");
    assign(1, 1, 0, 20);
    send(1, 0, 20, "a");
    loop.runFor(60_000);
    List<List<CommitPosition>> before = commits();

    // when
    Future<Map<TopicPartition, CommittedOffset>> committed = consumer.commit();
    loop.runFor(1);
    refusal = ErrorCode.OFFSET_METADATA_TOO_LARGE;
    Future<?> refused = consumer.commit(Map.of(FIRST, new CommittedOffset(5, -1, "long")));
    loop.runFor(1);

    // then
    assertThat(before).isEmpty();
    assertThat(committed.result()).isEqualTo(Map.of(FIRST, new CommittedOffset(21, 0, "")));
    assertThat(((StreamException) refused.cause()).code())
        .isEqualTo(ErrorCode.OFFSET_METADATA_TOO_LARGE);
  }

  @Test
  void shouldLetGoOfWhatIsRevokedOnceItIsProcessedAndCommitted() {
    // given
    Consumer consumer = member();
    assign(1, 1, 0, 20);
    assign(1, 1, 1, 30);
    send(1, 0, 20, "a");
    consumer.pause();
    send(1, 0, 21, "dropped");
    revoke(0, false);
    loop.runFor(1_000);
    List<SpecificRecord> before = List.copyOf(broker.received(Released.class));

    // when
    consumer.resume();
    working.complete();
    loop.runFor(1_000);

    // then
    assertThat(before).isEmpty();
    assertThat(events)
        .containsExactly(
            "assigned {flights-0=20}", "assigned {flights-1=30}", "a", "revoked [flights-0]");
    assertThat(commits()).containsExactly(List.of(position(0, 21)));
    assertThat(broker.received(Released.class))
        .containsExactly(new Released(1, List.of(new StreamPartition(TOPIC, 0))));
    assertThat(broker.received().indexOf(broker.received(Commit.class).get(0)))
        .isLessThan(broker.received().indexOf(broker.received(Released.class).get(0)));
    Future<Map<TopicPartition, Long>> positions = consumer.positions();
    loop.runFor(1);
    assertThat(positions.result()).isEqualTo(Map.of(SECOND, 30L));
  }

  @Test
  void shouldReleaseNothingThatIsLost() {
    // given
    member();
    assign(1, 1, 0, 20);
    send(1, 0, 20, "a");

    // when
    revoke(0, true);
    loop.runFor(20_000);

    // then
    assertThat(events).containsExactly("assigned {flights-0=20}", "a", "lost [flights-0]");
    assertThat(broker.received(Released.class)).isEmpty();
    assertThat(commits()).isEmpty();
  }

  @Test
  void shouldGoOnAsTheSameMemberOverTheNextConnection() {
    // given
    Consumer consumer = member();
    assign(1, 7, 0, 20);
    send(1, 0, 20, "a");

    // when
    broker.cut();
    Future<?> meanwhile = consumer.commit();
    loop.runFor(20_000);
    assign(2, 8, 0, 20);
    send(2, 0, 20, "a");

    // then
    Subscribe again = broker.received(Subscribe.class).get(1);
    assertThat(again.getMemberId()).isEqualTo("m-1");
    assertThat(again.getMemberEpoch()).isEqualTo(7);
    assertThat(again.getStart()).isEqualTo("latest");
    assertThat(((StreamException) meanwhile.cause()).code()).isEqualTo(ErrorCode.CONNECTION_LOST);
    assertThat(events)
        .containsExactly(
            "assigned {flights-0=20}", "a", "lost [flights-0]", "assigned {flights-0=20}", "a");
  }

  @Test
  void shouldCommitAndLeaveWhenItIsClosed() {
    // given
    Consumer consumer = member();
    assign(1, 1, 0, 20);
    send(1, 0, 20, "a");

    // when
    Future<Void> closed = consumer.close();
    loop.runFor(1_000);

    // then
    assertThat(closed.succeeded()).isTrue();
    assertThat(commits()).containsExactly(List.of(position(0, 21)));
    assertThat(broker.received().get(broker.received().size() - 1)).isInstanceOf(Unsubscribe.class);
  }

  @Test
  void shouldEndWhenItIsPutOutOfTheGroup() {
    // given
    member();
    assign(1, 1, 0, 20);

    // when
    broker.tell(
        new Error(null, 1, ErrorCode.MEMBER_TOO_SLOW.id(), "MEMBER_TOO_SLOW", false, "too slow"));
    broker.tell(new Unsubscribed(1, "too slow"));
    loop.runFor(600_000);

    // then
    assertThat(events)
        .containsExactly(
            "assigned {flights-0=20}", "error MEMBER_TOO_SLOW", "lost [flights-0]", "end");
    assertThat(commits()).isEmpty();
  }

  @Test
  void shouldSayThatItIsAtWorkWhileItIsPaused() {
    // given
    Consumer consumer = member("max.poll.interval.ms", "9000");
    assign(1, 1, 0, 20);
    consumer.pause();
    int before = broker.received(Credit.class).size();

    // when
    loop.runFor(9_000);

    // then
    assertThat(broker.received(Credit.class).size() - before).isEqualTo(3);
    assertThat(broker.received(Credit.class)).endsWith(new Credit(1, 0L, 0L));
  }

  @Test
  void shouldRefuseToCommitWithoutAGroup() {
    // given
    Consumer consumer = new Consumer(ConsumerSettings.of(Map.of()), loop, broker, new Random(9));

    // when
    Future<?> committed = consumer.commit();

    // then
    assertThat(((StreamException) committed.cause()).code()).isEqualTo(ErrorCode.INVALID_REQUEST);
  }
}
