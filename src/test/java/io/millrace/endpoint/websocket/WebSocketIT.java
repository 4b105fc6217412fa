package io.millrace.endpoint.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.endpoint.TestTls;
import io.millrace.endpoint.http.HttpFixture;
import io.millrace.model.TopicName;
import io.millrace.protocol.stream.DecodeLimits;
import io.millrace.protocol.stream.MessageCodec;
import io.millrace.protocol.stream.WireFormat;
import io.millrace.protocol.stream.message.Records;
import io.millrace.protocol.stream.message.Subscribed;
import io.millrace.record.RecordReader;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams over WebSocket, with the JDK's client. */
class WebSocketIT {
  private static final String HELLO =
      "{\"type\":\"hello\",\"minVersion\":1,\"maxVersion\":1,\"clientId\":\"t\",\"features\":[]}";

  private HttpFixture server = StreamFixture.ready();

  @BeforeEach
  void createTopic() {
    StreamFixture.createTopic(server, "t", 1);
  }

  @AfterEach
  void close() {
    server.close();
  }

  private void restart(String... settings) {
    server.close();
    server = StreamFixture.ready(settings);
    HttpFixture.await(server.metadata.createTopic(new TopicName("t"), 1, Map.of(), false));
  }

  private SocketClient subscribe(String query) {
    return SocketClient.open(server.uri("/v1/topics/t" + query));
  }

  /** The values of the next so many records. */
  private static List<String> values(SocketClient client, int count) {
    List<String> values = new ArrayList<>();
    while (values.size() < count) {
      JsonArray records = client.next("records").getJsonArray("records");
      for (int i = 0; i < records.size(); i++) {
        values.add(records.getJsonObject(i).getString("value"));
      }
    }
    return values;
  }

  @Test
  void shouldSubscribeByUrlAlone() {
    // given
    StreamFixture.write(server, "t", 0, 0, 3);

    // when
    try (SocketClient client = subscribe("?from=earliest")) {
      List<String> old = values(client, 3);
      JsonObject caughtUp = client.next("caughtUp");
      StreamFixture.write(server, "t", 0, 3, 5);
      List<String> live = values(client, 2);

      // then
      assertThat(old).containsExactly("v0", "v1", "v2");
      assertThat(caughtUp.getString("resumeToken")).isNotEmpty();
      assertThat(live).containsExactly("v3", "v4");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"?from=2", "?from=last:2", "?from=latest", "", "?from=timestamp:1"})
  void shouldBeginWhereTheUrlSays(String query) {
    // given
    StreamFixture.write(server, "t", 0, 0, 4);

    // when
    try (SocketClient client = subscribe(query)) {
      JsonObject position = client.next("subscribed").getJsonArray("positions").getJsonObject(0);

      // then
      String expected = query.contains("latest") || query.isEmpty() ? "4" : "2";
      expected = query.contains("timestamp") ? "0" : expected;
      assertThat(position.getString("nextOffset")).isEqualTo(expected);
    }
  }

  @Test
  void shouldResumeWithNothingLostAndNothingTwice() {
    // given
    StreamFixture.write(server, "t", 0, 0, 5);
    String token;
    try (SocketClient first = subscribe("?from=earliest")) {
      token = first.next("caughtUp").getString("resumeToken");
    }
    StreamFixture.write(server, "t", 0, 5, 8);

    // when
    try (SocketClient second = subscribe("?from=resume:" + token)) {
      // then
      assertThat(values(second, 3)).containsExactly("v5", "v6", "v7");
    }
  }

  @Test
  void shouldSendStoredBatchesAsBinary() {
    // given
    StreamFixture.write(server, "t", 0, 0, 2);
    MessageCodec codec = new MessageCodec(DecodeLimits.DEFAULT);

    // when
    try (SocketClient client =
        SocketClient.open(server.uri("/v1/topics/t?from=earliest"), "millrace.avro.v1")) {
      // then
      assertThat(client.socket().getSubprotocol()).isEqualTo("millrace.avro.v1");
      assertThat(codec.decode(WireFormat.AVRO, client.nextBinary())).isInstanceOf(Subscribed.class);
      Records records = (Records) codec.decode(WireFormat.AVRO, client.nextBinary());
      ByteBuffer batches = records.getBatches();
      try (RecordReader reader = RecordReader.of(batches, batches.position(), 1 << 20)) {
        reader.advance();
        reader.advance();
        assertThat(StandardCharsets.UTF_8.decode(reader.value()).toString()).isEqualTo("v1");
      }
    }
    server.eventually(() -> server.partitions.slicesHeld() == 0);
  }

  @Test
  void shouldSpeakTheWholeProtocol() {
    // when
    try (SocketClient client =
        SocketClient.open(server.uri("/v1/stream"), "unknown.v9", "millrace.json.v1")) {
      JsonObject welcome = client.send(HELLO).next();
      client.send(
          "{\"type\":\"subscribe\",\"streamId\":7,\"topics\":[\"t\"],\"start\":\"earliest\","
              + "\"creditRecords\":\"10\",\"creditBytes\":\"100000\"}");
      client.next("subscribed");
      client.send(
          "{\"type\":\"produceRecords\",\"requestId\":\"1\",\"topic\":\"t\","
              + "\"records\":[{\"value\":\"hi\"}]}");

      // then
      assertThat(client.socket().getSubprotocol()).isEqualTo("millrace.json.v1");
      assertThat(welcome.getString("type")).isEqualTo("welcome");
      List<JsonObject> both = new ArrayList<>();
      while (both.size() < 2) {
        JsonObject message = client.next();
        if (!message.getString("type").equals("caughtUp")) {
          both.add(message);
        }
      }
      assertThat(both)
          .extracting(message -> message.getString("type"))
          .containsExactlyInAnyOrder("produced", "records");
    }
  }

  @Test
  void shouldRefuseSubProtocolsThatItDoesNotSpeak() {
    assertThatThrownBy(() -> SocketClient.open(server.uri("/v1/stream"), "mqtt", "stomp"))
        .cause()
        .isInstanceOfSatisfying(
            WebSocketHandshakeException.class,
            e -> assertThat(e.getResponse().statusCode()).isEqualTo(400));
  }

  @Test
  void shouldSayThatItSpeaksWebSocket() {
    // when
    HttpResponse<String> answer = server.get("/v1/stream");

    // then
    assertThat(answer.statusCode()).isEqualTo(426);
    assertThat(answer.body()).contains("INVALID_REQUEST");
  }

  @Test
  void shouldRefuseAPageOfAnotherOriginBeforeTheUpgrade() {
    for (String path : List.of("/v1/stream", "/v1/topics/t")) {
      assertThatThrownBy(() -> openFrom("http://evil.example", path))
          .cause()
          .isInstanceOfSatisfying(
              WebSocketHandshakeException.class,
              e -> assertThat(e.getResponse().statusCode()).isEqualTo(403));
    }
    openFrom("http://localhost:3000", "/v1/topics/t");
  }

  private void openFrom(String origin, String path) {
    URI uri = URI.create(server.uri(path).toString().replaceFirst("^http", "ws"));
    java.net.http.HttpClient.newHttpClient()
        .newWebSocketBuilder()
        .header("Origin", origin)
        .buildAsync(uri, new java.net.http.WebSocket.Listener() {})
        .join()
        .abort();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "no json",
        "",
        "[]",
        "{}",
        "{\"type\":\"hello\"}",
        "{\"type\":\"hello\"",
        "{\"type\":\"ping\",\"nonce\":{}}"
      })
  void shouldCloseOnGarbageAndSayWhy(String garbage) {
    // when
    try (SocketClient client = SocketClient.open(server.uri("/v1/stream")).send(garbage)) {
      JsonObject error = client.next("error");

      // then
      assertThat(error.getString("name")).isIn("INVALID_REQUEST", "UNKNOWN_MESSAGE");
      assertThat(client.closeCode()).isEqualTo(4000);
      assertThat(client.closeReason()).isNotBlank();
    }
  }

  @Test
  void shouldCloseOnUnknownMessagesAndWrongOrder() {
    try (SocketClient client = SocketClient.open(server.uri("/v1/stream"))) {
      assertThat(client.send("{\"type\":\"dance\"}").closeCode()).isEqualTo(4001);
    }
    try (SocketClient client = SocketClient.open(server.uri("/v1/stream"))) {
      assertThat(client.send("{\"type\":\"ping\"}").closeCode()).isEqualTo(4002);
    }
  }

  @Test
  void shouldJoinFragments() {
    // when
    try (SocketClient client = SocketClient.open(server.uri("/v1/stream"))) {
      for (int i = 0; i < HELLO.length() - 1; i++) {
        client.socket().sendText(HELLO.substring(i, i + 1), false).join();
      }
      client.socket().sendText(HELLO.substring(HELLO.length() - 1), true).join();

      // then
      assertThat(client.next().getString("type")).isEqualTo("welcome");
    }
  }

  @Test
  void shouldRefuseFramesOfTheWrongKind() {
    try (SocketClient client = SocketClient.open(server.uri("/v1/stream"))) {
      client.socket().sendBinary(ByteBuffer.allocate(3), true).join();
      assertThat(client.closeCode()).isEqualTo(4000);
    }
  }

  @Test
  void shouldRefuseLargeFramesAndLargeMessages() {
    // given
    restart("socket.request.max.bytes", "1024");

    // when // then
    try (SocketClient client = SocketClient.open(server.uri("/v1/stream"))) {
      client.socket().sendText("x".repeat(1_025), true);
      assertThat(client.next("error").getString("name")).isEqualTo("FRAME_TOO_LARGE");
      assertThat(client.closeCode()).isEqualTo(4007);
    }
    try (SocketClient client = SocketClient.open(server.uri("/v1/stream"))) {
      client.socket().sendText("x".repeat(1_000), false).join();
      client.socket().sendText("x".repeat(1_000), false);
      assertThat(client.closeCode()).isEqualTo(4007);
    }
  }

  @Test
  void shouldSayWhatTheUrlAsksForInVain() {
    try (SocketClient client = SocketClient.open(server.uri("/v1/topics/nobody"))) {
      assertThat(client.next("error").getString("name")).isEqualTo("UNKNOWN_TOPIC_OR_PARTITION");
      assertThat(client.closeCode()).isEqualTo(4011);
    }
    for (String query :
        List.of("?from=yesterday", "?from=-1", "?form=latest", "?from=1&from=2", "?partitions=x")) {
      assertThatThrownBy(() -> subscribe(query))
          .cause()
          .isInstanceOfSatisfying(
              WebSocketHandshakeException.class,
              e -> assertThat(e.getResponse().statusCode()).isEqualTo(400));
    }
    try (SocketClient client = subscribe("?from=resume:garbage")) {
      assertThat(client.next("error").getString("name")).isEqualTo("INVALID_RESUME_TOKEN");
      assertThat(client.closeCode()).isEqualTo(4011);
    }
  }

  @Test
  void shouldEndWithItsTopic() {
    // given
    try (SocketClient client = subscribe("?from=latest")) {
      client.next("subscribed");

      // when
      HttpFixture.await(server.metadata.deleteTopic(new TopicName("t")));

      // then
      assertThat(client.closeCode()).isEqualTo(4012);
    }
  }

  @Test
  void shouldSayGoodbyeWhenTheServerStops() {
    // given
    try (SocketClient client = subscribe("?from=latest")) {
      client.next("subscribed");

      // when
      server.stop();

      // then
      assertThat(client.next("goaway").getString("cause")).isNotBlank();
      assertThat(client.closeCode()).isEqualTo(4009);
    }
  }

  @Test
  void shouldPingSilentClients() {
    // given
    restart("stream.ping.interval.ms", "100");

    // when
    try (SocketClient client = subscribe("?from=latest")) {
      // then
      server.eventually(() -> client.pings() > 1);
    }
  }

  @Test
  void shouldGiveAnUpgradedConnectionsPlaceBack() {
    // given
    SocketClient client = subscribe("?from=latest");
    client.next("subscribed");
    assertThat(server.limits.openNow()).isPositive();
    int before = server.limits.openNow();

    // when
    client.close();

    // then
    server.eventually(() -> server.limits.openNow() < before);
  }

  @Test
  void shouldHoldBackForASlowReaderAndLoseNothing() {
    // given
    restart("connection.outstanding.bytes", "65536", "socket.send.buffer.bytes", "65536");
    int count = 400;
    String padding = "x".repeat(50_000);
    for (int i = 0; i < count; i++) {
      server.send(
          "POST",
          "/v1/topics/t/records",
          new JsonObject().put("value", i + " " + padding).encode());
    }

    // when
    try (SocketClient slow = SocketClient.openIdle(server.uri("/v1/topics/t?from=earliest"));
        SocketClient fast = subscribe("?from=earliest")) {
      List<String> atOnce = values(fast, count);
      double outBytes = server.metrics.registry().get("stream.bytes.out").counter().count();
      slow.read();
      List<String> later = values(slow, count);

      // then
      assertThat(outBytes).isLessThan(30_000_000);
      assertThat(atOnce).hasSize(count);
      assertThat(later).isEqualTo(atOnce);
      for (int i = 0; i < count; i++) {
        assertThat(later.get(i)).startsWith(i + " ");
      }
    }
    server.eventually(() -> server.partitions.slicesHeld() == 0);
  }

  @Test
  void shouldFanOutToManyReaders() {
    // given
    List<SocketClient> clients = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      clients.add(subscribe("?from=latest"));
    }
    clients.forEach(client -> client.next("caughtUp"));

    // when
    for (int i = 0; i < 100; i++) {
      StreamFixture.write(server, "t", 0, i, i + 1);
    }

    // then
    for (SocketClient client : clients) {
      List<String> values = values(client, 100);
      for (int i = 0; i < 100; i++) {
        assertThat(values.get(i)).isEqualTo("v" + i);
      }
      client.close();
    }
  }

  @Test
  void shouldSpeakTls() {
    // given
    restart(
        "http.tls.enable",
        "true",
        "tls.certificate.file",
        TestTls.pem("server", "cert"),
        "tls.key.file",
        TestTls.pem("server", "key"));
    URI uri = URI.create("https://localhost:" + server.port() + "/v1/topics/t?from=earliest");

    // when
    try (SocketClient client = SocketClient.open(uri, true, TestTls.client(false))) {
      // then
      assertThat(client.next("subscribed").getJsonArray("positions")).hasSize(1);
    }
  }
}
