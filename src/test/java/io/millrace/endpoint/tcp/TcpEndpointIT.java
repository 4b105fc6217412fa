package io.millrace.endpoint.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.endpoint.TestTls;
import io.millrace.model.ErrorCode;
import io.millrace.protocol.stream.message.CaughtUp;
import io.millrace.protocol.stream.message.Credit;
import io.millrace.protocol.stream.message.GetMetadata;
import io.millrace.protocol.stream.message.Goaway;
import io.millrace.protocol.stream.message.Hello;
import io.millrace.protocol.stream.message.MetadataReply;
import io.millrace.protocol.stream.message.Ping;
import io.millrace.protocol.stream.message.Pong;
import io.millrace.protocol.stream.message.Produced;
import io.millrace.protocol.stream.message.Records;
import io.millrace.protocol.stream.message.Welcome;
import io.vertx.core.Future;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TcpEndpointIT {
  private static final long MUCH = 1L << 40;

  @Test
  void shouldProduceAndConsume() throws IOException {
    try (TcpFixture fixture = new TcpFixture();
        RawClient client = new RawClient(fixture.port())) {
      // given
      client.send(new Hello(1, 1, "raw", List.of()));
      Welcome welcome = (Welcome) client.read();

      // when
      client.produce(1, "t", "hello");
      Produced produced = (Produced) client.read();
      client.subscribe(1, "t", MUCH, MUCH);
      Records records = client.read(Records.class);
      CaughtUp caughtUp = client.read(CaughtUp.class);
      client.produce(2, "t", "again");
      Records followed = client.read(Records.class);

      // then
      assertThat(welcome.getVersion()).isEqualTo(1);
      assertThat(produced.getRequestId()).isEqualTo(1);
      assertThat(records.getNextOffset()).isEqualTo(1);
      assertThat(caughtUp.getLagRecords()).isZero();
      assertThat(followed.getFirstOffset()).isEqualTo(1);
    }
  }

  @Test
  void shouldTakeFramesInPiecesAndSeveralAtOnce() throws IOException {
    try (TcpFixture fixture = new TcpFixture();
        RawClient client = RawClient.greeted(fixture.port())) {
      // given
      byte[] ping = client.frame(new Ping(7L));
      ByteArrayOutputStream many = new ByteArrayOutputStream();
      for (long nonce = 0; nonce < 1_000; nonce++) {
        many.writeBytes(client.frame(new Ping(nonce)));
      }

      // when
      for (byte part : ping) {
        client.sendBytes(new byte[] {part});
      }
      SpecificRecord single = client.read();
      client.sendBytes(many.toByteArray());

      // then
      assertThat(single).isEqualTo(new Pong(7L));
      for (long nonce = 0; nonce < 1_000; nonce++) {
        assertThat(client.read()).isEqualTo(new Pong(nonce));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  void shouldRefuseALengthThatIsNone(int length) throws IOException {
    try (TcpFixture fixture = new TcpFixture();
        RawClient client = RawClient.greeted(fixture.port());
        RawClient bystander = RawClient.greeted(fixture.port())) {
      // when
      client.sendBytes(ByteBuffer.allocate(8).putInt(length).array());

      // then
      assertError(client.read(), ErrorCode.INVALID_REQUEST, length + " bytes is announced");
      assertThat(client.isAtEnd()).isTrue();
      assertAlive(bystander);
    }
  }

  @Test
  void shouldRefuseAFrameThatIsTooLargeBeforeItCame() throws IOException {
    try (TcpFixture fixture = new TcpFixture();
        RawClient stranger = new RawClient(fixture.port());
        RawClient client = RawClient.greeted(fixture.port())) {
      // when
      stranger.sendBytes(ByteBuffer.allocate(4).putInt(65_537).array());
      client.sendBytes(ByteBuffer.allocate(4).putInt(8_388_609).array());

      // then
      assertError(stranger.read(), ErrorCode.FRAME_TOO_LARGE, "the limit is 65536");
      assertThat(stranger.isAtEnd()).isTrue();
      assertError(client.read(), ErrorCode.FRAME_TOO_LARGE, "the limit is 8388608");
      assertThat(client.isAtEnd()).isTrue();
    }
  }

  @Test
  void shouldRefuseUnknownMessagesGarbageAndWrongOrder() throws IOException {
    try (TcpFixture fixture = new TcpFixture();
        RawClient unknown = RawClient.greeted(fixture.port());
        RawClient garbage = RawClient.greeted(fixture.port());
        RawClient early = new RawClient(fixture.port())) {
      // when
      unknown.sendBytes(
          ByteBuffer.allocate(14).putInt(10).put((byte) 0xC3).put((byte) 1).putLong(42).array());
      garbage.sendBytes("\0\0\0\20GET / HTTP/1.1\r\n".getBytes("ISO-8859-1"));
      early.send(new Ping(1L));

      // then
      assertError(unknown.read(), ErrorCode.UNKNOWN_MESSAGE, "fingerprint");
      assertThat(unknown.isAtEnd()).isTrue();
      assertError(garbage.read(), ErrorCode.INVALID_REQUEST, "C3 01");
      assertThat(garbage.isAtEnd()).isTrue();
      assertError(early.read(), ErrorCode.INVALID_REQUEST, "send hello first");
      assertThat(early.isAtEnd()).isTrue();
    }
  }

  @Test
  void shouldEndWithAClientThatHalfCloses() throws IOException {
    try (TcpFixture fixture = new TcpFixture();
        RawClient client = RawClient.greeted(fixture.port())) {
      // given
      client.subscribe(1, "t", MUCH, MUCH);
      client.read(CaughtUp.class);

      // when
      client.socket.shutdownOutput();

      // then
      assertThat(client.isAtEnd()).isTrue();
      TcpFixture.until(() -> fixture.limits.openNow() == 0);
    }
  }

  @Test
  void shouldEndInTheMiddleOfAFrame() throws IOException {
    try (TcpFixture fixture = new TcpFixture()) {
      // given
      RawClient client = RawClient.greeted(fixture.port());
      client.sendBytes(ByteBuffer.allocate(1_000).putInt(500_000).array());
      TcpFixture.until(() -> fixture.memory.reservedBytes() == 500_000);

      // when
      client.close();

      // then
      TcpFixture.until(() -> fixture.memory.reservedBytes() == 0);
    }
  }

  @Test
  void shouldStallASlowReaderAloneAndServeItLater() throws IOException {
    String value = "x".repeat(100_000);
    int count = 300;
    try (TcpFixture fixture = new TcpFixture("connection.outstanding.bytes", "131072");
        RawClient slow = RawClient.greeted(fixture.port());
        RawClient fast = RawClient.greeted(fixture.port());
        RawClient producer = RawClient.greeted(fixture.port())) {
      // given
      slow.socket.setReceiveBufferSize(32_768);
      slow.subscribe(1, "t", MUCH, MUCH);
      fast.subscribe(1, "t", MUCH, MUCH);
      fast.read(CaughtUp.class);

      // when
      for (int i = 0; i < count; i++) {
        producer.produce(i, "t", value);
        producer.read(Produced.class);
      }
      long fastBytes = fast.readUntil(count);
      long slowBytes = slow.readUntil(count);

      // then
      assertThat(fastBytes).isGreaterThan(count * 100_000L).isEqualTo(slowBytes);
    }
  }

  @Test
  void shouldKeepOtherStreamsOfAConnectionGoingWhenOneHasNoCredit() throws IOException {
    try (TcpFixture fixture = new TcpFixture();
        RawClient client = RawClient.greeted(fixture.port())) {
      // given
      client.produce(1, "t", "a");
      client.read(Produced.class);
      client.subscribe(1, "t", 0, 0);
      client.subscribe(2, "t", MUCH, MUCH);

      // when
      Records records = client.read(Records.class);
      client.read(CaughtUp.class);
      client.send(new Credit(1, 1L, 1L));
      Records late = client.read(Records.class);

      // then
      assertThat(records.getStreamId()).isEqualTo(2);
      assertThat(late.getStreamId()).isEqualTo(1);
    }
  }

  @Test
  void shouldWaitForMemoryBeforeItReadsOn() throws IOException {
    try (TcpFixture fixture = new TcpFixture(10_000L);
        RawClient hog = RawClient.greeted(fixture.port());
        RawClient other = RawClient.greeted(fixture.port())) {
      // given
      hog.sendBytes(ByteBuffer.allocate(4).putInt(9_990).array());
      TcpFixture.until(() -> fixture.memory.reservedBytes() == 9_990);

      // when
      other.send(new Ping(1L));
      TcpFixture.until(() -> fixture.memory.waiting() == 1);
      hog.socket.close();

      // then
      assertThat(other.read()).isEqualTo(new Pong(1L));
    }
  }

  @Test
  void shouldBoundTheConnectionsOfAnAddress() throws IOException {
    try (TcpFixture fixture = new TcpFixture("max.connections.per.ip.overrides", "127.0.0.1:1");
        RawClient first = RawClient.greeted(fixture.port());
        RawClient second = new RawClient(fixture.port())) {
      // then
      assertError(second.read(), ErrorCode.LIMIT_EXCEEDED, "max.connections.per.ip");
      assertThat(second.isAtEnd()).isTrue();
      assertAlive(first);
    }
  }

  @Test
  void shouldCloseWhoSaysNothing() throws IOException {
    try (TcpFixture fixture = new TcpFixture("handshake.timeout.ms", "200");
        RawClient client = new RawClient(fixture.port())) {
      // then
      assertError(client.read(), ErrorCode.REQUEST_TIMED_OUT, "send hello first");
      assertThat(client.isAtEnd()).isTrue();
    }
  }

  @Test
  void shouldCutOffASilentClientThatPromisedAHeartbeatButNotASlowOne() throws Exception {
    try (TcpFixture fixture =
            new TcpFixture("stream.ping.interval.ms", "100", "stream.ping.timeout.ms", "500");
        RawClient silent = new RawClient(fixture.port());
        RawClient slow = new RawClient(fixture.port())) {
      // given
      Hello promise = new Hello(1, 1, "raw", List.of("heartbeat"));
      slow.send(promise);
      slow.read();
      silent.send(promise);
      silent.read();

      // when
      byte[] question = slow.frame(new GetMetadata(1L, Collections.nCopies(2_000, "t")));
      FutureTask<SpecificRecord> end = new FutureTask<>(silent::read);
      Thread reader = new Thread(end, "reader");
      reader.start();
      int sent = 0;
      while (!end.isDone()) {
        slow.sendBytes(new byte[] {question[sent++]});
        reader.join(20);
      }
      slow.sendBytes(Arrays.copyOfRange(question, sent, question.length));

      // then
      assertError(end.get(), ErrorCode.IDLE_TIMEOUT, "gave none");
      assertThat(silent.isAtEnd()).isTrue();
      assertThat(slow.read(MetadataReply.class).getRequestId()).isEqualTo(1);
    }
  }

  @Test
  void shouldTellClientsBeforeItStops() throws IOException {
    try (TcpFixture fixture = new TcpFixture();
        RawClient client = RawClient.greeted(fixture.port())) {
      // when
      Future<Void> stopped = fixture.stop();

      // then
      assertThat(client.read(Goaway.class).getCause()).isEqualTo("the server stops");
      assertThat(client.isAtEnd()).isTrue();
      TcpFixture.await(stopped);
    }
  }

  @Test
  void shouldSpeakTls() throws IOException {
    try (TcpFixture fixture =
        new TcpFixture(
            "tcp.tls.enable",
            "true",
            "tls.certificate.file",
            TestTls.pem("server", "cert"),
            "tls.key.file",
            TestTls.pem("server", "key"))) {
      Socket socket =
          TestTls.client(false).getSocketFactory().createSocket("127.0.0.1", fixture.port());
      try (RawClient client = new RawClient(socket)) {
        // given
        client.send(new Hello(1, 1, "raw", List.of()));
        client.read();
        client.produce(1, "t", "x".repeat(200_000));

        // when
        client.subscribe(1, "t", MUCH, MUCH);

        // then
        assertThat(client.readUntil(1)).isGreaterThan(200_000);
      }
    }
  }

  private static void assertAlive(RawClient client) throws IOException {
    client.send(new Ping(99L));
    assertThat(client.read()).isEqualTo(new Pong(99L));
  }

  private static void assertError(SpecificRecord message, ErrorCode code, String text) {
    assertThat(message).isInstanceOf(io.millrace.protocol.stream.message.Error.class);
    var error = (io.millrace.protocol.stream.message.Error) message;
    assertThat(error.getName()).isEqualTo(code.name());
    assertThat(error.getMessage()).contains(text);
  }
}
