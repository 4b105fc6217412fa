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
import java.nio.ByteBuffer;
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
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Reads a topic over WebSocket as a stranger would: the JDK's WebSocket and the JSON of
 * docs/stream-protocol.md, nothing of ours. When the connection breaks it connects again and goes
 * on from the positions that it has seen.
 *
 * <p>The JDK's WebSocket does not tell its listener of every end. It asks its transport for the
 * next message only after {@code onText} has returned, however much was requested; if the peer
 * closes the connection before that, {@code WebSocketImpl.onComplete} calls {@code
 * TransportImpl.acknowledgeReception}, which throws an InternalError because nothing was asked for,
 * and neither {@code onClose} nor {@code onError} is ever called, whatever is requested later. (A
 * connection that is reset goes another way and is told.) Seen each time on Java 17 and 25. What
 * always shows the end is a send, which fails: so this sends pings, and takes a failed send for the
 * end.
 */
final class PlainWebSocketReader implements AutoCloseable {
  private static final long CREDIT_RECORDS = 2_000;
  private static final long CREDIT_BYTES = 1 << 20;
  private static final long RECONNECT_MS = 50;
  private static final long PING_MS = 500;

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
  private final Runnable whenRead;
  private int connections;
  private int untoldEnds;
  private volatile @Nullable Listener current;
  private volatile boolean closed;

  /** Begins to read; {@link #complete()} completes once {@code expected} records were read. */
  PlainWebSocketReader(int httpPort, String topic, int expected) {
    this(httpPort, topic, expected, () -> {});
  }

  /**
   * @param whenRead runs on the thread of the listener, with each message of records
   */
  PlainWebSocketReader(int httpPort, String topic, int expected, Runnable whenRead) {
    this.uri = URI.create("ws://127.0.0.1:" + httpPort + "/v1/stream");
    this.topic = topic;
    this.expected = expected;
    this.whenRead = whenRead;
    retries.scheduleWithFixedDelay(this::ping, PING_MS, PING_MS, TimeUnit.MILLISECONDS);
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

  /** What it has and where it is, for whoever waits in vain. */
  synchronized String describe() {
    return reads.size()
        + " of "
        + expected
        + " records over "
        + connections
        + " connections, "
        + untoldEnds
        + " of which ended untold; positions "
        + positions
        + "; "
        + current;
  }

  private void ping() {
    Listener listener = current;
    if (listener != null) {
      listener.ping();
    }
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

  /** Records of a connection that was given up come again over the next one. */
  private synchronized String records(Listener from, JsonNode message) {
    if (from.isEnded()) {
      return "";
    }
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
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile String lastType = "nothing";
    private volatile @Nullable WebSocket connection;
    private volatile CompletableFuture<?> pinged = CompletableFuture.completedFuture(null);

    @Override
    public void onOpen(WebSocket socket) {
      connection = socket;
      current = this;
      goOn(
          socket,
          socket.sendText(
              "{\"type\":\"hello\",\"minVersion\":1,\"maxVersion\":1,\"clientId\":\"plain\",\"features\":[]}",
              true));
    }

    boolean isEnded() {
      return ended.get();
    }

    /**
     * Asks for the next message once the last answer is written, which fails if nobody is there.
     */
    private void goOn(WebSocket socket, CompletableFuture<?> sent) {
      sent.whenComplete(
          (done, failure) -> {
            if (failure == null) {
              socket.request(1);
            } else {
              endUntold(socket);
            }
          });
    }

    void ping() {
      WebSocket socket = connection;
      if (socket != null && pinged.isDone() && !ended.get()) {
        pinged =
            socket
                .sendPing(ByteBuffer.allocate(0))
                .whenComplete(
                    (done, failure) -> {
                      if (failure != null) {
                        endUntold(socket);
                      }
                    });
      }
    }

    private void endUntold(WebSocket socket) {
      synchronized (PlainWebSocketReader.this) {
        untoldEnds += ended.get() ? 0 : 1;
      }
      end(socket);
    }

    private void end(WebSocket socket) {
      if (ended.compareAndSet(false, true)) {
        socket.abort();
        connectLater();
      }
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      text.append(data);
      if (!last) {
        socket.request(1);
        return null;
      }
      String answer = answer(text.toString());
      text.setLength(0);
      goOn(
          socket,
          answer.isEmpty()
              ? CompletableFuture.completedFuture(null)
              : socket.sendText(answer, true));
      return null;
    }

    private String answer(String received) {
      JsonNode message;
      try {
        message = json.readTree(received);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      lastType = message.get("type").asText();
      return switch (lastType) {
        case "welcome" -> welcomed(message);
        case "subscribed" -> {
          subscribed(message);
          yield "";
        }
        case "records" -> {
          whenRead.run();
          yield records(this, message);
        }
        case "error", "gap" -> {
          complete.completeExceptionally(new IllegalStateException("the server sent " + received));
          yield "";
        }
        default -> "";
      };
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int statusCode, String reason) {
      end(socket);
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      end(socket);
    }

    @Override
    public String toString() {
      return "the last message was " + lastType + ", ended " + ended + ", socket " + connection;
    }
  }
}
