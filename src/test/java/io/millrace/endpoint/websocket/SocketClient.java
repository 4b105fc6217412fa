package io.millrace.endpoint.websocket;

import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;

/**
 * A WebSocket client that keeps what it hears; the JDK's own. What is known of it:
 *
 * <ul>
 *   <li>It asks its transport for one message at a time, whatever was requested, and its demand
 *       stops at {@link Long#MAX_VALUE}, so {@code request(Long.MAX_VALUE)} cannot overflow. A slow
 *       reader of 400 messages of 50 KB with pings all the time was run 40 times with it on each of
 *       Java 17 and 25, without an error.
 *   <li>If the connection ends without a close frame while the transport was asked for nothing,
 *       that is before something is requested or while the listener is in {@code onText}, {@code
 *       TransportImpl.acknowledgeReception} throws an InternalError on the way, and the listener
 *       never hears of the end, whatever is requested later. A close frame waits for the request.
 *   <li>It reports a ProtocolException for frames that break RFC 6455 only; {@link
 *       WebSocketFramesIT} holds every frame of the server against it, so if one is seen here, look
 *       at its cause, which names the rule.
 * </ul>
 */
final class SocketClient implements WebSocket.Listener, AutoCloseable {
  private static final long TIMEOUT_SECONDS = 20;

  private final BlockingQueue<JsonObject> texts = new LinkedBlockingQueue<>();
  private final BlockingQueue<ByteBuffer> binaries = new LinkedBlockingQueue<>();
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private final AtomicInteger pings = new AtomicInteger();
  private final StringBuilder partial = new StringBuilder();
  private volatile boolean reading;
  private volatile String reason = "";
  private WebSocket socket;

  private SocketClient(boolean reading) {
    this.reading = reading;
  }

  static SocketClient open(URI http, String... subProtocols) {
    return open(http, true, null, subProtocols);
  }

  /** A client that reads nothing until {@link #read()}. */
  static SocketClient openIdle(URI http) {
    return open(http, false, null);
  }

  static SocketClient open(URI http, boolean reading, SSLContext tls, String... subProtocols) {
    SocketClient client = new SocketClient(reading);
    HttpClient.Builder builder = HttpClient.newBuilder();
    if (tls != null) {
      builder.sslContext(tls);
    }
    WebSocket.Builder socket = builder.build().newWebSocketBuilder();
    if (subProtocols.length > 0) {
      String[] others = new String[subProtocols.length - 1];
      System.arraycopy(subProtocols, 1, others, 0, others.length);
      socket.subprotocols(subProtocols[0], others);
    }
    URI ws = URI.create(http.toString().replaceFirst("^http", "ws"));
    try {
      client.socket = socket.buildAsync(ws, client).join();
    } catch (CompletionException e) {
      throw new IllegalStateException(e.getCause());
    }
    return client;
  }

  WebSocket socket() {
    return socket;
  }

  SocketClient send(String text) {
    socket.sendText(text, true).join();
    return this;
  }

  /** Reads from now on. */
  void read() {
    reading = true;
    socket.request(1);
  }

  /** The next message in JSON. */
  JsonObject next() {
    return poll(texts);
  }

  /** The next message of a type; others are passed over. */
  JsonObject next(String type) {
    JsonObject message = next();
    while (!message.getString("type").equals(type)) {
      message = next();
    }
    return message;
  }

  ByteBuffer nextBinary() {
    return poll(binaries);
  }

  private <T> T poll(BlockingQueue<T> queue) {
    try {
      T message = queue.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      if (message == null) {
        throw new AssertionError("nothing came in " + TIMEOUT_SECONDS + " s; closed: " + closed);
      }
      return message;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  int pings() {
    return pings.get();
  }

  /** The code that the server closes with. */
  int closeCode() {
    try {
      return closed.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("not closed", e);
    }
  }

  String closeReason() {
    closeCode();
    return reason;
  }

  @Override
  public void onOpen(WebSocket opened) {
    if (reading) {
      opened.request(1);
    }
  }

  @Override
  public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    partial.append(data);
    if (last) {
      texts.add(new JsonObject(partial.toString()));
      partial.setLength(0);
    }
    from.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
    ByteBuffer copy = ByteBuffer.allocate(data.remaining()).put(data).flip();
    binaries.add(copy);
    from.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onPing(WebSocket from, ByteBuffer message) {
    pings.incrementAndGet();
    from.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onClose(WebSocket from, int statusCode, String why) {
    reason = why;
    closed.complete(statusCode);
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable error) {
    closed.completeExceptionally(error);
  }

  @Override
  public void close() {
    socket.abort();
  }
}
