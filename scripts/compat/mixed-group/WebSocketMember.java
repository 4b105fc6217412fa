import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A member over WebSocket, in JSON: WebSocketMember PORT TOPIC GROUP NAME. It leaves when its standard input ends. */
final class WebSocketMember extends StreamMember implements WebSocket.Listener {
  private final URI uri;
  private final HttpClient client = HttpClient.newHttpClient();
  private final StringBuilder partial = new StringBuilder();
  private CountDownLatch ended;
  private CompletableFuture<WebSocket> socket;
  private long requestId;

  private WebSocketMember(int port, String topic, String group, String name) {
    super(topic, group, name);
    this.uri = URI.create("ws://127.0.0.1:" + port + "/v1/stream");
  }

  public static void main(String[] arguments) throws InterruptedException {
    new WebSocketMember(Integer.parseInt(arguments[0]), arguments[1], arguments[2], arguments[3]).run();
  }

  @Override
  void converse() throws IOException, InterruptedException {
    CountDownLatch over = new CountDownLatch(1);
    partial.setLength(0);
    try {
      CompletableFuture<WebSocket> connecting =
          client.newWebSocketBuilder().subprotocols("millrace.json.v1").buildAsync(uri, this);
      synchronized (this) {
        ended = over;
        socket = connecting;
        send(new JsonObject().put("type", "hello").put("minVersion", 1).put("maxVersion", 1).put("clientId", name)
            .put("features", new JsonArray()));
        send(new JsonObject().put("type", "subscribe").put("streamId", 1).put("topics", new JsonArray().add(topic))
            .put("start", "earliest").put("group", group).put("memberId", memberId).put("memberEpoch", epoch)
            .put("autoCommitIntervalMs", 0).put("rebalanceTimeoutMs", 10_000).put("creditRecords", "" + WINDOW_RECORDS)
            .put("creditBytes", "" + WINDOW_BYTES));
        onSubscribed();
      }
      awaitEnd(connecting.join(), over);
    } catch (CompletionException e) {
      throw new IOException(e.getCause());
    }
  }

  /**
   * The JDK's WebSocket tells nobody of an end that comes while onText runs ("Lost connections" in docs/stream-protocol.md), but a ping
   * fails then.
   */
  private static void awaitEnd(WebSocket open, CountDownLatch over) throws InterruptedException {
    CompletableFuture<?> ping = CompletableFuture.completedFuture(null);
    while (!over.await(500, TimeUnit.MILLISECONDS)) {
      if (ping.isCompletedExceptionally()) {
        Says.remark("the connection is gone, as a ping shows");
        break;
      } else if (ping.isDone()) {
        ping = open.sendPing(ByteBuffer.allocate(0));
      }
    }
    open.abort();
  }

  private void send(JsonObject message) {
    socket = socket.thenCompose(open -> open.sendText(message.encode(), true));
  }

  @Override
  public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    partial.append(data);
    if (last) {
      JsonObject message = new JsonObject(partial.toString());
      partial.setLength(0);
      try {
        on(message);
      } catch (IOException e) {
        Says.remark(e.toString());
      }
    }
    from.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
    Says.remark("closed: " + code + " " + reason);
    ended.countDown();
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable cause) {
    Says.remark(cause.toString());
    ended.countDown();
  }

  private void on(JsonObject message) throws IOException {
    switch (message.getString("type")) {
      case "assigned" -> onAssigned(message.getString("memberId"), message.getInteger("memberEpoch"),
          offsets(message.getJsonArray("positions"), "nextOffset"));
      case "revoked" -> {
        Set<Integer> partitions = new TreeSet<>();
        message.getJsonArray("partitions").forEach(entry -> partitions.add(((JsonObject) entry).getInteger("partition")));
        onRevoked(partitions, message.getBoolean("lost"));
      }
      case "records" -> onRecords(message.getInteger("partition"), number(message, "firstOffset"), number(message, "nextOffset"),
          number(message, "creditRecords"), number(message, "creditBytes"));
      case "committed" -> onCommitted(offsets(message.getJsonArray("offsets"), "offset"));
      case "error" -> {
        if (message.getValue("requestId") != null) {
          onCommitFailed(message.getString("message"));
        } else {
          onError(message.getString("name") + ": " + message.getString("message"), message.getBoolean("retriable"));
        }
      }
      case "unsubscribed" -> onUnsubscribed();
      default -> { }
    }
  }

  private static long number(JsonObject object, String name) {
    return Long.parseLong(object.getValue(name).toString());
  }

  private static Map<Integer, Long> offsets(JsonArray entries, String name) {
    Map<Integer, Long> offsets = new HashMap<>();
    for (Object entry : entries) {
      JsonObject position = (JsonObject) entry;
      if (position.getInteger("errorCode", 0) == 0) {
        offsets.put(position.getInteger("partition"), number(position, name));
      }
    }
    return offsets;
  }

  @Override
  void sendCredit(long records, long bytes) {
    send(new JsonObject().put("type", "credit").put("streamId", 1).put("records", "" + records).put("bytes", "" + bytes));
  }

  @Override
  void sendCommit(Map<Integer, Long> offsets) {
    JsonArray positions = new JsonArray();
    offsets.forEach((partition, offset) ->
        positions.add(new JsonObject().put("topic", topic).put("partition", partition).put("offset", "" + offset)));
    send(new JsonObject().put("type", "commit").put("requestId", "" + ++requestId).put("streamId", 1).put("offsets", positions));
  }

  @Override
  void sendReleased() {
    send(new JsonObject().put("type", "released").put("streamId", 1));
  }

  @Override
  void sendUnsubscribe() {
    send(new JsonObject().put("type", "unsubscribe").put("streamId", 1));
  }
}
