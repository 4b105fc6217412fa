package io.millrace.server;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A member of a group over WebSocket, written against the page about the protocol: it acknowledges
 * what it reads by credit, and releases what it is asked for.
 */
final class WebSocketMember implements WebSocket.Listener, AutoCloseable {
  private final String name;
  private final GroupTally tally;
  private final boolean acknowledges;
  private volatile int memberEpoch;
  private final StringBuilder partial = new StringBuilder();
  private CompletableFuture<?> sending = CompletableFuture.completedFuture(null);
  private final WebSocket socket;

  /**
   * @param options members of the subscribe message beside streamId, topics, start and group
   * @param acknowledges whether it answers for what it reads
   */
  WebSocketMember(
      int port, String name, String group, GroupTally tally, boolean acknowledges, String options) {
    this.name = name;
    this.tally = tally;
    this.acknowledges = acknowledges;
    this.socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .buildAsync(URI.create("ws://127.0.0.1:" + port + "/v1/stream"), this)
            .join();
    send(
        "{\"type\":\"hello\",\"minVersion\":1,\"maxVersion\":1,\"clientId\":\""
            + name
            + "\",\"features\":[]}");
    send(
        "{\"type\":\"subscribe\",\"streamId\":1,\"topics\":[\"t\"],\"start\":\"earliest\",\"group\":\""
            + group
            + "\",\"creditRecords\":\"100\",\"creditBytes\":\"1000000\""
            + options
            + "}");
  }

  synchronized void send(String text) {
    sending = sending.thenCompose(done -> socket.sendText(text, true));
  }

  @Override
  public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    partial.append(data);
    if (last) {
      JsonObject message = new JsonObject(partial.toString());
      partial.setLength(0);
      on(message);
    }
    from.request(1);
    return null;
  }

  private void on(JsonObject message) {
    switch (message.getString("type")) {
      case "assigned" -> {
        memberEpoch = message.getInteger("memberEpoch");
        tally.assigned(name, partitions(message.getJsonArray("positions")));
      }
      case "revoked" -> {
        tally.gone(name, partitions(message.getJsonArray("partitions")));
        if (!message.getBoolean("lost") && acknowledges) {
          send("{\"type\":\"released\",\"streamId\":1}");
        }
      }
      case "records" -> {
        message
            .getJsonArray("records")
            .forEach(record -> tally.read(name, ((JsonObject) record).getString("value")));
        if (acknowledges) {
          send(
              "{\"type\":\"credit\",\"streamId\":1,\"records\":\""
                  + message.getValue("creditRecords")
                  + "\",\"bytes\":\""
                  + message.getValue("creditBytes")
                  + "\"}");
        }
      }
      case "error" -> tally.failed(name, message.getString("name"));
      case "unsubscribed" -> tally.ended(name);
      default -> {}
    }
  }

  private static Set<Integer> partitions(JsonArray entries) {
    Set<Integer> partitions = new TreeSet<>();
    entries.forEach(entry -> partitions.add(((JsonObject) entry).getInteger("partition")));
    return partitions;
  }

  /** What it needs to go on on another connection. */
  int memberEpoch() {
    return memberEpoch;
  }

  /** Ends the connection without a word. */
  @Override
  public void close() {
    tally.ended(name);
    socket.abort();
  }
}
