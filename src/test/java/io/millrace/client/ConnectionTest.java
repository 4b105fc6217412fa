package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.protocol.stream.message.Error;
import io.millrace.protocol.stream.message.GetMetadata;
import io.millrace.protocol.stream.message.Goaway;
import io.millrace.protocol.stream.message.Hello;
import io.millrace.protocol.stream.message.MetadataReply;
import io.millrace.protocol.stream.message.Ping;
import io.millrace.protocol.stream.message.Pong;
import io.millrace.protocol.stream.message.Welcome;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

/** A connection on a wire that does what the test says. */
class ConnectionTest {
  private final SimulatedLoop loop = new SimulatedLoop();
  private final ScriptedOpener opener = new ScriptedOpener();
  private final List<String> events = new ArrayList<>();

  private Connection connection(Map<String, String> settings) {
    Connection connection =
        new Connection(ClientSettings.of(settings), loop, opener, new Random(3), new Recorder());
    connection.start();
    return connection;
  }

  private Connection readyConnection() {
    Connection connection = connection(Map.of());
    opener.accept();
    opener.wire.says(welcome(1));
    return connection;
  }

  private static Welcome welcome(int version) {
    return new Welcome(version, "cluster", 0, "test", 1_000, List.of());
  }

  private static GetMetadata question(long id) {
    return new GetMetadata(id, List.of());
  }

  @Test
  void shouldGreetBeforeItIsReady() {
    // given
    Connection connection = connection(Map.of("client.id", "me"));

    // when
    opener.accept();
    boolean readyBefore = connection.isReady();
    opener.wire.says(welcome(1));

    // then
    assertThat(opener.wire.sent).containsExactly(new Hello(1, 1, "me", List.of("heartbeat")));
    assertThat(readyBefore).isFalse();
    assertThat(connection.isReady()).isTrue();
    assertThat(connection.maxFrameBytes()).isEqualTo(1_000);
  }

  @Test
  void shouldGiveEachAnswerToItsRequest() {
    // given
    Connection connection = readyConnection();
    connection.request(ConnectionTest::question, 1_000, reply("a"));
    connection.request(ConnectionTest::question, 1_000, reply("b"));

    // when
    opener.wire.says(new MetadataReply(2L, "cluster", List.of()));
    opener.wire.says(
        ModelBroker.error(1L, new StreamException(ErrorCode.INVALID_REQUEST, "wrong")));
    opener.wire.says(new MetadataReply(99L, "cluster", List.of()));

    // then
    assertThat(events).containsExactly("ready", "b answered", "a failed INVALID_REQUEST");
  }

  @Test
  void shouldKeepRequestsThatWereNotSentForTheNextConnection() {
    // given
    Connection connection = connection(Map.of());
    connection.request(ConnectionTest::question, 10_000, reply("a"));
    opener.refuse();
    loop.runUntil(() -> opener.attempts == 2, 5_000);

    // when
    opener.accept();
    opener.wire.says(welcome(1));
    opener.wire.says(new MetadataReply(1L, "cluster", List.of()));

    // then
    assertThat(events).containsExactly("ready", "a answered");
    assertThat(connection.isReady()).isTrue();
  }

  @Test
  void shouldFailWhatWasSentInOrderWhenTheConnectionIsLost() {
    // given
    Connection connection = readyConnection();
    connection.request(ConnectionTest::question, 10_000, reply("a"));
    connection.request(ConnectionTest::question, 10_000, reply("b"));

    // when
    opener.wire.events.onClosed("gone");

    // then
    assertThat(events)
        .containsExactly("ready", "a failed CONNECTION_LOST", "b failed CONNECTION_LOST", "lost");
    assertThat(connection.isReady()).isFalse();
  }

  @Test
  void shouldFailARequestAtItsDeadlineAndStayConnected() {
    // given
    Connection connection = readyConnection();
    connection.request(ConnectionTest::question, 300, reply("a"));

    // when
    loop.runFor(400);

    // then
    assertThat(events).containsExactly("ready", "a failed REQUEST_TIMED_OUT");
    assertThat(connection.isReady()).isTrue();
  }

  @Test
  void shouldGiveTheConnectionUpWhenABatchIsNotAnswered() {
    // given
    Connection connection = connection(Map.of("request.timeout.ms", "300"));
    opener.accept();
    opener.wire.says(welcome(1));
    connection.produce("t", 0, -1, ByteBuffer.allocate(1), reply("batch"));

    // when
    loop.runUntil(() -> events.contains("lost"), 1_000);

    // then
    assertThat(events).containsExactly("ready", "batch failed CONNECTION_LOST", "lost");
    assertThat(opener.wire.closed).isTrue();
  }

  @Test
  void shouldAskASilentBrokerAndThenGiveItUp() {
    // given
    readyConnection();

    // when
    loop.runFor(2_200);
    List<SpecificRecord> sent = List.copyOf(opener.wire.sent);
    loop.runFor(3_000);

    // then
    assertThat(sent).last().isInstanceOf(Ping.class);
    assertThat(sent).filteredOn(Ping.class::isInstance).hasSize(1);
    assertThat(events).containsExactly("ready", "lost");
  }

  @Test
  void shouldStayWithABrokerThatAnswersPings() {
    // given
    Connection connection = readyConnection();

    // when
    for (int i = 0; i < 20; i++) {
      loop.runFor(1_000);
      opener.wire.says(new Pong(1L));
    }

    // then
    assertThat(connection.isReady()).isTrue();
    assertThat(opener.attempts).isEqualTo(1);
  }

  @Test
  void shouldAnswerPings() {
    // given
    readyConnection();

    // when
    opener.wire.says(new Ping(42L));

    // then
    assertThat(opener.wire.sent).last().isEqualTo(new Pong(42L));
  }

  @Test
  void shouldLeaveWhenAskedOnceEverythingIsAnsweredAndComeBackAfterTheDelay() {
    // given
    Connection connection = readyConnection();
    connection.request(ConnectionTest::question, 10_000, reply("a"));

    // when
    opener.wire.says(new Goaway(700, "restart"));
    connection.request(ConnectionTest::question, 10_000, reply("b"));
    opener.wire.says(new MetadataReply(1L, "cluster", List.of()));
    loop.runFor(650);
    int attemptsBefore = opener.attempts;
    loop.runFor(150);

    // then
    assertThat(events).containsExactly("ready", "a answered", "lost");
    assertThat(attemptsBefore).isEqualTo(1);
    assertThat(opener.attempts).isEqualTo(2);
  }

  @Test
  void shouldWaitLongerAfterEachFailureButNeverLongerThanTheLongestWait() {
    // given
    connection(Map.of("reconnect.backoff.ms", "100", "reconnect.backoff.max.ms", "800"));
    List<Long> waitsMs = new ArrayList<>();

    // when
    for (int i = 0; i < 12; i++) {
      opener.refuse();
      long before = loop.elapsedNanos();
      int attempts = opener.attempts;
      loop.runUntil(() -> opener.attempts > attempts, 5_000);
      waitsMs.add((loop.elapsedNanos() - before) / 1_000_000);
    }

    // then
    assertThat(waitsMs.get(0)).isBetween(50L, 100L);
    assertThat(waitsMs.subList(4, 12)).allMatch(wait -> wait >= 400 && wait <= 800);
  }

  @Test
  void shouldTryEveryAddress() {
    // given
    connection(Map.of("bootstrap.servers", "a:1,b:2,c:3", "reconnect.backoff.ms", "1"));

    // when
    for (int i = 0; i < 2; i++) {
      opener.refuse();
      int attempts = opener.attempts;
      loop.runUntil(() -> opener.attempts > attempts, 5_000);
    }

    // then
    assertThat(opener.addresses)
        .containsExactlyInAnyOrder(
            new BrokerAddress("a", 1), new BrokerAddress("b", 2), new BrokerAddress("c", 3));
  }

  @Test
  void shouldTellWhoWaitsWhenTheBrokerRefusesTheGreeting() {
    // given
    Connection connection = connection(Map.of());
    connection.request(ConnectionTest::question, 10_000, reply("a"));
    opener.accept();

    // when
    opener.wire.says(
        new Error(
            null, null, ErrorCode.UNSUPPORTED_VERSION.id(), "UNSUPPORTED_VERSION", false, "old"));

    // then
    assertThat(events).containsExactly("a failed UNSUPPORTED_VERSION");
  }

  @Test
  void shouldGiveUpABrokerThatDoesNotGreet() {
    // given
    connection(Map.of("socket.connection.setup.timeout.ms", "500"));
    opener.accept();

    // when
    loop.runUntil(() -> opener.attempts == 2, 5_000);

    // then
    assertThat(opener.attempts).isEqualTo(2);
    assertThat(events).isEmpty();
  }

  @Test
  void shouldBoundTheRequestsThatWait() {
    // given
    Connection connection = connection(Map.of("max.queued.requests", "1"));
    connection.request(ConnectionTest::question, 10_000, reply("a"));

    // when
    connection.request(ConnectionTest::question, 10_000, reply("b"));

    // then
    assertThat(events).containsExactly("b failed LIMIT_EXCEEDED");
  }

  @Test
  void shouldDropWhatAWireSaysAfterItWasGivenUp() {
    // given
    Connection connection = readyConnection();
    ScriptedWire old = opener.wire;
    connection.reset("test");

    // when
    old.says(new MetadataReply(1L, "cluster", List.of()));
    old.events.onClosed("late");

    // then
    assertThat(events).containsExactly("ready", "lost");
  }

  @Test
  void shouldFailEverythingWhenClosed() {
    // given
    Connection connection = readyConnection();
    connection.request(ConnectionTest::question, 10_000, reply("a"));

    // when
    connection.close();
    connection.request(ConnectionTest::question, 10_000, reply("b"));
    loop.runFor(5_000);

    // then
    assertThat(events).containsExactly("ready", "a failed CLOSED", "b failed CLOSED");
    assertThat(opener.attempts).isEqualTo(1);
  }

  private PendingRequests.Reply reply(String name) {
    return new PendingRequests.Reply() {
      @Override
      public void onAnswer(SpecificRecord answer) {
        events.add(name + " answered");
      }

      @Override
      public void onFailure(StreamException failure) {
        events.add(name + " failed " + failure.code());
      }
    };
  }

  private final class Recorder implements Connection.Listener {
    @Override
    public void onReady(Welcome welcome) {
      events.add("ready");
    }

    @Override
    public void onLost(StreamException cause) {
      events.add("lost");
    }

    @Override
    public void onMessage(SpecificRecord message) {
      events.add(message.getSchema().getName());
    }

    @Override
    public void onWritable() {
      events.add("writable");
    }
  }

  private static final class ScriptedOpener implements Wire.Opener {
    private final List<BrokerAddress> addresses = new ArrayList<>();
    private int attempts;
    private Wire.Events pending;
    private ScriptedWire wire;

    @Override
    public void open(BrokerAddress address, Wire.Events events) {
      attempts++;
      addresses.add(address);
      pending = events;
    }

    private void accept() {
      wire = new ScriptedWire(pending);
      pending.onOpen(wire);
    }

    private void refuse() {
      pending.onClosed("refused");
    }

    @Override
    public void close() {}
  }

  private static final class ScriptedWire implements Wire {
    private final Wire.Events events;
    private final List<SpecificRecord> sent = new ArrayList<>();
    private boolean closed;

    private ScriptedWire(Wire.Events events) {
      this.events = events;
    }

    private void says(SpecificRecord message) {
      events.onMessage(message);
    }

    @Override
    public void send(SpecificRecord message) {
      sent.add(message);
    }

    @Override
    public void writeProduce(
        long requestId, String topic, int partition, int acks, int timeoutMs, ByteBuffer batch) {}

    @Override
    public void flush() {}

    @Override
    public boolean isWritable() {
      return true;
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
