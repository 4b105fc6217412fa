package io.millrace.endpoint.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.endpoint.StrictWebSocket;
import io.millrace.endpoint.http.HttpFixture;
import io.millrace.protocol.stream.DecodeLimits;
import io.millrace.protocol.stream.MessageCodec;
import io.millrace.protocol.stream.WireFormat;
import io.millrace.protocol.stream.message.Records;
import io.millrace.record.BatchHeader;
import io.millrace.record.RecordReader;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every frame of the server, read by a client that forgives nothing, while its socket is full and
 * pings go both ways.
 */
@Timeout(60)
final class WebSocketFramesIT {
  private static final int SMALL_BUFFER_BYTES = 8_192;
  private static final int RECORDS = 150;
  private static final int LARGE_EVERY = 25;

  private final HttpFixture server =
      StreamFixture.ready(
          "connection.outstanding.bytes",
          "65536",
          "socket.send.buffer.bytes",
          "65536",
          "stream.ping.interval.ms",
          "100");

  @BeforeEach
  void createTopic() {
    StreamFixture.createTopic(server, "t", 1);
  }

  @AfterEach
  void close() {
    server.close();
  }

  private StrictWebSocket open(String path, String format) {
    return StrictWebSocket.open(server.uri(path), "millrace." + format + ".v1", SMALL_BUFFER_BYTES);
  }

  /** Some of them longer than 65,535 bytes, with characters of one to four bytes. */
  private static String value(int number) {
    String padding = "xé€😀".repeat(number % LARGE_EVERY == 0 ? 9_000 : 1_500);
    return "value " + number + " " + padding;
  }

  private void writeValues() {
    for (int i = 0; i < RECORDS; i++) {
      String record = new JsonObject().put("value", value(i)).encode();
      assertThat(server.send("POST", "/v1/topics/t/records", record).statusCode()).isEqualTo(200);
    }
  }

  /** That nothing more is sent, since the client's socket takes no more. */
  private void awaitBackPressure() {
    double[] before = {-1};
    int[] looks = {0};
    server.eventually(
        () -> {
          double now = bytesOut();
          looks[0] = now == before[0] && now > 0 ? looks[0] + 1 : 0;
          before[0] = now;
          return looks[0] == 20;
        });
  }

  private double bytesOut() {
    return server
        .metrics
        .registry()
        .get("stream.bytes.out")
        .tag("transport", "websocket")
        .counter()
        .count();
  }

  /** What the reader's messages bring, up to the last value. */
  private static List<String> values(StrictWebSocket reader, String format, Runnable afterEach) {
    return format.equals("json") ? texts(reader, afterEach) : stored(reader, afterEach);
  }

  private static List<String> texts(StrictWebSocket reader, Runnable afterEach) {
    List<String> values = new ArrayList<>();
    while (values.size() < RECORDS) {
      JsonObject message = new JsonObject(new String(reader.message(), StandardCharsets.UTF_8));
      afterEach.run();
      JsonArray records = message.getJsonArray("records", new JsonArray());
      for (int i = 0; i < records.size(); i++) {
        values.add(records.getJsonObject(i).getString("value"));
      }
    }
    return values;
  }

  private static List<String> stored(StrictWebSocket reader, Runnable afterEach) {
    MessageCodec codec = new MessageCodec(DecodeLimits.DEFAULT);
    ByteArrayOutputStream batches = new ByteArrayOutputStream();
    long nextOffset = 0;
    while (nextOffset < RECORDS) {
      var message = codec.decode(WireFormat.AVRO, ByteBuffer.wrap(reader.message()));
      afterEach.run();
      if (message instanceof Records records) {
        byte[] part = new byte[records.getBatches().remaining()];
        records.getBatches().get(part);
        batches.writeBytes(part);
        nextOffset = records.getNextOffset();
      }
    }
    List<String> values = new ArrayList<>();
    ByteBuffer all = ByteBuffer.wrap(batches.toByteArray());
    for (int at = 0; at < all.limit(); at += BatchHeader.sizeBytes(all, at)) {
      try (RecordReader records = RecordReader.of(all, at, 1 << 20)) {
        while (records.advance()) {
          values.add(StandardCharsets.UTF_8.decode(records.value()).toString());
        }
      }
    }
    return values;
  }

  @ParameterizedTest
  @ValueSource(strings = {"json", "avro"})
  void shouldWriteWholeFramesWhileTheSocketIsFullAndPingsGoBothWays(String format) {
    // given
    writeValues();
    try (StrictWebSocket reader = open("/v1/topics/t?from=earliest", format);
        StrictWebSocket other = open("/v1/topics/t?from=latest", "json")) {
      awaitBackPressure();
      for (int i = 0; i < 20; i++) {
        reader.ping("early " + i);
      }
      // Who is as silent has been pinged often, so the one that does not read has been too.
      other.awaitPings(5);

      // when
      int[] sent = {0};
      List<String> values = values(reader, format, () -> reader.ping("late " + sent[0]++));
      while (reader.pongs().size() < 20 + sent[0]) {
        reader.awaitPings(reader.pings() + 1);
      }

      // then
      assertThat(values).isEqualTo(IntStream.range(0, RECORDS).mapToObj(i -> value(i)).toList());
      assertThat(reader.pongs())
          .isEqualTo(
              Stream.concat(
                      IntStream.range(0, 20).mapToObj(i -> "early " + i),
                      IntStream.range(0, sent[0]).mapToObj(i -> "late " + i))
                  .toList());
      reader.sendClose(1000, "done");
      assertThat(reader.message()).isNull();
      assertThat(reader.closeCode()).isEqualTo(1000);
      reader.requireEnd();
    }
    server.eventually(() -> server.partitions.slicesHeld() == 0);
  }

  @Test
  void shouldSendWhatItHasWrittenBeforeItCloses() {
    // given
    writeValues();
    try (StrictWebSocket reader = open("/v1/topics/t?from=earliest", "json")) {
      awaitBackPressure();

      // when
      CompletableFuture<Void> stopped = CompletableFuture.runAsync(server::stop);
      List<JsonObject> messages = new ArrayList<>();
      for (byte[] next = reader.message(); next != null; next = reader.message()) {
        messages.add(new JsonObject(new String(next, StandardCharsets.UTF_8)));
      }
      reader.sendClose(reader.closeCode(), "");
      reader.requireEnd();
      stopped.join();

      // then
      assertThat(messages)
          .extracting(m -> m.getString("type"))
          .contains("records")
          .last()
          .isEqualTo("goaway");
      assertThat(reader.closeCode()).isEqualTo(4009);
    }
  }

  @Test
  void shouldAnswerPingsBetweenFragments() {
    // given
    String hello =
        "{\"type\":\"hello\",\"minVersion\":1,\"maxVersion\":1,\"clientId\":\"t\",\"features\":[]}";

    // when
    try (StrictWebSocket client = open("/v1/stream", "json")) {
      for (int i = 0; i < hello.length(); i++) {
        client.fragment(i == 0, hello.substring(i, i + 1), i == hello.length() - 1);
        client.ping("ping " + i);
      }
      String welcome = new String(client.message(), StandardCharsets.UTF_8);
      client.sendClose(1000, "");
      byte[] nothing = client.message();

      // then
      assertThat(welcome).contains("\"type\":\"welcome\"");
      assertThat(nothing).isNull();
      assertThat(client.pongs())
          .isEqualTo(IntStream.range(0, hello.length()).mapToObj(i -> "ping " + i).toList());
      client.requireEnd();
    }
  }
}
