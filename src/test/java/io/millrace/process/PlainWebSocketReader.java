package io.millrace.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Reads a topic over WebSocket as a stranger would: the JDK's WebSocket and the JSON of
 * docs/stream-protocol.md, nothing of ours. When the connection breaks it connects again and goes
 * on from the positions that it has seen.
 */
final class PlainWebSocketReader implements AutoCloseable {
  private static final long CREDIT_RECORDS = 2_000;
  private static final long CREDIT_BYTES = 1 << 20;
  private static final long RECONNECT_MS = 50;

  /** One record as it was read. */
  record Read(int partition, long offset, String key, String value) {}

  private final ObjectMapper json = new ObjectMapper();
  private final HttpClient http = HttpClient.newHttpClient();
  private final ScheduledExecutorService retries =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "plain-reader");
            thread.setDaemon(true);
            return thread;
          });
  private final URI uri;
  private final String topic;
  private final int expected;
  private final CompletableFuture<Void> complete = new CompletableFuture<>();
  private final List<Read> reads = new ArrayList<>();
  private final Map<Integer, Long> positions = new TreeMap<>();
  private int connections;
  private volatile boolean closed;

  /** Begins to read; {@link #complete()} completes once {@code expected} records were read. */
  PlainWebSocketReader(int httpPort, String topic, int expected) {
    this.uri = URI.create("ws://127.0.0.1:" + httpPort + "/v1/stream");
    this.topic = topic;
    this.expected = expected;
    connect();
  }

  CompletableFuture<Void> complete() {
    return complete;
  }

  /** Everything read so far, in order of arrival. */
  synchronized List<Read> reads() {
    return List.copyOf(reads);
  }

  /** How often it connected, the first time included. */
  synchronized int connections() {
    return connections;
  }

  private void connect() {
    if (closed) {
      return;
    }
    http.newWebSocketBuilder()
        .connectTimeout(Duration.ofSeconds(5))
        .subprotocols("millrace.json.v1")
        .buildAsync(uri, new Listener())
        .whenComplete(
            (socket, failure) -> {
              if (failure != null) {
                connectLater();
              }
            });
  }

  private void connectLater() {
    if (!closed) {
      retries.schedule(this::connect, RECONNECT_MS, TimeUnit.MILLISECONDS);
    }
  }

  private synchronized String subscribe() {
    ObjectNode message = json.createObjectNode().put("type", "subscribe").put("streamId", 1);
    message.putArray("topics").add(topic);
    message
        .put("creditRecords", Long.toString(CREDIT_RECORDS))
        .put("creditBytes", Long.toString(CREDIT_BYTES));
    message.put("start", positions.isEmpty() ? "earliest" : "offsets");
    ArrayNode offsets = message.putArray("offsets");
    positions.forEach(
        (partition, offset) ->
            offsets
                .addObject()
                .put("topic", topic)
                .put("partition", partition)
                .put("offset", Long.toString(offset)));
    return message.toString();
  }

  private synchronized String welcomed(JsonNode message) {
    connections++;
    if (message.get("version").asInt() != 1) {
      throw new IllegalStateException("asked for version 1, got " + message);
    }
    return subscribe();
  }

  /**
   * Partitions that were not read from yet must begin at their first offset also after a new
   * connection.
   */
  private synchronized void subscribed(JsonNode message) {
    for (JsonNode position : message.get("positions")) {
      positions.putIfAbsent(position.get("partition").asInt(), position.get("nextOffset").asLong());
    }
  }

  private synchronized String records(JsonNode message) {
    int partition = message.get("partition").asInt();
    for (JsonNode read : message.get("records")) {
      reads.add(
          new Read(
              partition,
              read.get("offset").asLong(),
              read.get("key").asText(),
              read.get("value").asText()));
    }
    positions.put(partition, message.get("nextOffset").asLong());
    if (reads.size() >= expected) {
      complete.complete(null);
    }
    return json.createObjectNode()
        .put("type", "credit")
        .put("streamId", 1)
        .put("records", message.get("creditRecords").asText())
        .put("bytes", message.get("creditBytes").asText())
        .toString();
  }

  @Override
  public void close() {
    closed = true;
    retries.shutdownNow();
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public void onOpen(WebSocket socket) {
      socket.sendText(
          "{\"type\":\"hello\",\"minVersion\":1,\"maxVersion\":1,\"clientId\":\"plain\",\"features\":[]}",
          true);
      socket.request(1);
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      text.append(data);
      CompletionStage<?> sent = CompletableFuture.completedFuture(null);
      if (last) {
        String answer = answer(text.toString());
        text.setLength(0);
        sent = answer.isEmpty() ? sent : socket.sendText(answer, true);
      }
      return sent.thenRun(() -> socket.request(1));
    }

    private String answer(String received) {
      JsonNode message;
      try {
        message = json.readTree(received);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return switch (message.get("type").asText()) {
        case "welcome" -> welcomed(message);
        case "subscribed" -> {
          subscribed(message);
          yield "";
        }
        case "records" -> records(message);
        case "ping" -> "{\"type\":\"pong\",\"nonce\":\"" + message.get("nonce").asText() + "\"}";
        case "error", "gap" -> {
          complete.completeExceptionally(new IllegalStateException("the server sent " + received));
          yield "";
        }
        default -> "";
      };
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int statusCode, String reason) {
      connectLater();
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      connectLater();
    }
  }
}
