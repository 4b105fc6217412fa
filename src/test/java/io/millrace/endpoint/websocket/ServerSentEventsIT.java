package io.millrace.endpoint.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.endpoint.http.HttpFixture;
import io.millrace.model.TopicName;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Subscriptions over plain HTTP, read as a browser's EventSource reads them. */
@Timeout(60)
class ServerSentEventsIT {
  private HttpFixture server = StreamFixture.ready();

  @BeforeEach
  void createTopic() {
    StreamFixture.createTopic(server, "t", 2);
  }

  @AfterEach
  void close() {
    server.close();
  }

  /** A connection, its last id and its events. */
  private final class Events implements AutoCloseable {
    private final InputStream body;
    private final BufferedReader lines;
    private String lastId = "";

    Events(String query, String... headers) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(server.uri("/v1/topics/t" + query))
              .header("Accept", "text/event-stream");
      if (headers.length > 0) {
        request.headers(headers);
      }
      try {
        HttpResponse<InputStream> response =
            HttpClient.newHttpClient()
                .send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("text/event-stream");
        body = response.body();
      } catch (IOException | InterruptedException e) {
        throw new AssertionError(e);
      }
      lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
    }

    /** The next event that has data; null at the end. */
    JsonObject next() {
      String data = null;
      try {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.startsWith("id: ")) {
            lastId = line.substring(4);
          } else if (line.startsWith("data: ")) {
            data = line.substring(6);
          } else if (line.isEmpty() && data != null) {
            return new JsonObject(data);
          }
        }
        return null;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    JsonObject next(String type) {
      JsonObject event = next();
      while (!event.getString("type").equals(type)) {
        event = next();
      }
      return event;
    }

    List<String> values(int count) {
      List<String> values = new ArrayList<>();
      while (values.size() < count) {
        JsonArray records = next("records").getJsonArray("records");
        for (int i = 0; i < records.size(); i++) {
          values.add(records.getJsonObject(i).getString("value"));
        }
      }
      return values;
    }

    @Override
    public void close() {
      try {
        body.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Test
  void shouldStreamWhatIsThereAndWhatComes() {
    // given
    StreamFixture.write(server, "t", 0, 0, 3);

    // when
    try (Events events = new Events("?from=earliest")) {
      List<String> old = events.values(3);
      StreamFixture.write(server, "t", 1, 3, 5);

      // then
      assertThat(old).containsExactly("v0", "v1", "v2");
      assertThat(events.values(2)).containsExactly("v3", "v4");
    }
  }

  @Test
  void shouldGoOnBehindTheLastEventOfAnEarlierConnection() {
    // given
    StreamFixture.write(server, "t", 0, 0, 4);
    StreamFixture.write(server, "t", 1, 100, 102);
    String lastId;
    List<String> seen;
    try (Events events = new Events("?from=earliest")) {
      seen = events.values(4);
      lastId = events.lastId;
    }
    StreamFixture.write(server, "t", 0, 4, 6);

    // when
    try (Events events = new Events("?from=earliest", "Last-Event-ID", lastId)) {
      int left = 8 - seen.size();
      seen.addAll(events.values(left));
    }

    // then
    assertThat(seen).containsExactlyInAnyOrder("v0", "v1", "v2", "v3", "v4", "v5", "v100", "v101");
  }

  @Test
  void shouldSendCommentsWhileNothingHappens() throws IOException {
    // given
    server.close();
    server = StreamFixture.ready("stream.ping.interval.ms", "100");
    createTopic();

    // when
    try (Events events = new Events("?from=latest")) {
      events.next("caughtUp");

      // then
      String line = events.lines.readLine();
      while (!line.startsWith(":")) {
        line = events.lines.readLine();
      }
      assertThat(line).isEqualTo(": ping");
    }
  }

  @Test
  void shouldAnswerWithAStatusWhatWouldFailAgain() {
    for (String path : List.of("/v1/topics/nobody", "/v1/topics/t?from=never")) {
      // when
      HttpResponse<String> answer = server.get(path, "Accept", "text/event-stream");

      // then
      assertThat(answer.statusCode()).isIn(400, 404);
      assertThat(new JsonObject(answer.body()).getJsonObject("error").getString("message"))
          .isNotBlank();
    }
  }

  @Test
  void shouldEndWithItsTopic() {
    // given
    try (Events events = new Events("?from=latest")) {
      events.next("caughtUp");

      // when
      HttpFixture.await(server.metadata.deleteTopic(new TopicName("t")));

      // then
      assertThat(events.next("unsubscribed").getString("reason")).isNotBlank();
      assertThat(events.next()).isNull();
    }
  }

  @Test
  void shouldHoldBackForASlowReaderAndLoseNothing() {
    // given
    server.close();
    server =
        StreamFixture.ready(
            "connection.outstanding.bytes", "65536", "socket.send.buffer.bytes", "65536");
    createTopic();
    String padding = "x".repeat(50_000);
    int count = 400;
    for (int i = 0; i < count; i++) {
      server.send(
          "POST",
          "/v1/topics/t/records",
          new JsonObject().put("partition", 0).put("value", i + " " + padding).encode());
    }

    // when
    try (Events slow = new Events("?from=earliest");
        Events fast = new Events("?from=earliest")) {
      List<String> atOnce = fast.values(count);
      double outBytes = server.metrics.registry().get("stream.bytes.out").counter().count();
      List<String> later = slow.values(count);

      // then
      assertThat(outBytes).isLessThan(30_000_000);
      assertThat(later).isEqualTo(atOnce).hasSize(count);
    }
    server.eventually(() -> server.partitions.slicesHeld() == 0);
  }
}
