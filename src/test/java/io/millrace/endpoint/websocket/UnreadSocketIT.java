package io.millrace.endpoint.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.endpoint.Flood;
import io.millrace.endpoint.StrictWebSocket;
import io.millrace.endpoint.http.HttpFixture;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A WebSocket whose client asks and asks and never reads the answers. */
@Timeout(180)
final class UnreadSocketIT {
  private static final int REQUESTS = 20_000;
  private static final int PINGS = 200_000;
  private static final int BUFFER_BYTES = 65_536;
  private static final int KERNEL_BYTES = 4 * BUFFER_BYTES;
  private static final String HELLO =
      "{\"type\":\"hello\",\"minVersion\":1,\"maxVersion\":1,\"clientId\":\"t\",\"features\":[]}";

  /** Long, so that a few thousand fill every buffer on the way. */
  private static final String REQUEST =
      "{\"type\":\"getMetadata\",\"requestId\":\"1\",\"topics\":[\"t\"]" + " ".repeat(1_000) + "}";

  private final HttpFixture server =
      StreamFixture.ready(
          "connection.outstanding.bytes",
          Integer.toString(BUFFER_BYTES),
          "socket.send.buffer.bytes",
          Integer.toString(BUFFER_BYTES),
          "socket.receive.buffer.bytes",
          Integer.toString(BUFFER_BYTES));

  @BeforeEach
  void createTopic() {
    StreamFixture.createTopic(server, "t", 1);
  }

  @AfterEach
  void close() {
    server.close();
  }

  private StrictWebSocket greeted() {
    StrictWebSocket socket =
        StrictWebSocket.open(server.uri("/v1/stream"), "millrace.json.v1", BUFFER_BYTES);
    socket.fragment(true, HELLO, true);
    assertThat(text(socket)).contains("welcome");
    return socket;
  }

  private static String text(StrictWebSocket socket) {
    return new String(socket.message(), StandardCharsets.UTF_8);
  }

  private static String ask(StrictWebSocket socket) {
    socket.fragment(true, REQUEST, true);
    return text(socket);
  }

  @Test
  void shouldTakeNoMoreRequestsThanTheClientReadsAnswers() throws Exception {
    try (StrictWebSocket greedy = greeted();
        StrictWebSocket other = greeted()) {
      // given
      String reply = ask(other);
      long[] otherReads = {0};
      long before = server.metadata.imageReads();

      // when
      Flood flood = greedy.floodOfTexts(REQUEST, REQUESTS);
      server.eventually(
          () -> (server.metadata.imageReads() - before) * reply.length() > BUFFER_BYTES);
      flood.awaitStall(
          () -> {
            otherReads[0]++;
            ask(other);
          });
      long answered = server.metadata.imageReads() - before - otherReads[0];

      // then
      assertThat(answered * reply.length())
          .isLessThan(2 * BUFFER_BYTES + KERNEL_BYTES + reply.length());
      for (int i = 0; i < REQUESTS; i++) {
        if (!text(greedy).equals(reply)) {
          throw new AssertionError("answer " + i + " is another");
        }
      }
      flood.join();
      assertThat(ask(greedy)).isEqualTo(reply);
    }
  }

  @Test
  void shouldTakeNoMorePingsThanTheClientReadsPongs() throws Exception {
    String payload = "x".repeat(100);
    try (StrictWebSocket greedy = greeted();
        StrictWebSocket other = greeted()) {
      // when
      Flood flood = greedy.floodOfPings(payload, PINGS);
      int written = flood.awaitStall(() -> ask(other));

      // then
      assertThat(written).isLessThan(PINGS);
      greedy.awaitPongs(PINGS);
      flood.join();
      assertThat(greedy.pongs()).isEqualTo(Collections.nCopies(PINGS, payload));
      assertThat(ask(greedy)).contains("metadataReply");
    }
  }
}
