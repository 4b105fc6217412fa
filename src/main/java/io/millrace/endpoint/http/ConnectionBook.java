package io.millrace.endpoint.http;

import io.millrace.endpoint.ConnectionLimits;
import io.millrace.model.Metrics;
import io.millrace.model.StreamException;
import io.millrace.model.TimeSource;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The open connections of one event loop: counted against the node's limits, and closed if they
 * dawdle, that is if their first request, or the body of any request, does not come in time. A
 * sweep per second looks at all of them, so no request costs a timer.
 *
 * <p>Threading: one event loop; the count is read on any thread.
 */
final class ConnectionBook implements AutoCloseable {
  private final ConnectionLimits limits;
  private final TimeSource time;
  private final long handshakeTimeoutNanos;
  private final long requestTimeoutNanos;
  private final Map<HttpConnection, Entry> entries = new HashMap<>();
  private final Metrics.Counter refused;
  private final Metrics.Counter timedOut;
  private final Metrics.Registration gauge;
  private volatile int open;

  ConnectionBook(
      ConnectionLimits limits,
      TimeSource time,
      Metrics metrics,
      long handshakeTimeoutMs,
      long requestTimeoutMs) {
    this.limits = limits;
    this.time = time;
    this.handshakeTimeoutNanos = TimeUnit.MILLISECONDS.toNanos(handshakeTimeoutMs);
    this.requestTimeoutNanos = TimeUnit.MILLISECONDS.toNanos(requestTimeoutMs);
    this.refused =
        metrics.counter("connections.refused", "Connections beyond a limit.", "listener", "http");
    this.timedOut =
        metrics.counter("connections.timed.out", "Connections that dawdled.", "listener", "http");
    this.gauge =
        metrics.gauge("connections.open", "Open connections.", () -> open, "listener", "http");
  }

  /** A connection and the moment by which it must have gone on. */
  private static final class Entry {
    private final ConnectionLimits.Slot slot;
    private long deadlineNanos;
    private boolean waitedFor = true;

    Entry(ConnectionLimits.Slot slot, long deadlineNanos) {
      this.slot = slot;
      this.deadlineNanos = deadlineNanos;
    }
  }

  /** Counts a new connection in, or refuses it with an answer. */
  void add(HttpConnection connection) {
    ConnectionLimits.Slot slot;
    try {
      slot = limits.open(connection.remoteAddress().hostAddress());
    } catch (StreamException e) {
      refused.add(1);
      refuse(connection, e);
      return;
    }
    entries.put(connection, new Entry(slot, time.monotonicNanos() + handshakeTimeoutNanos));
    open = entries.size();
    // Not the connection's own handler, which an upgrade to WebSocket takes out of use.
    channel(connection).closeFuture().addListener(closed -> remove(connection));
  }

  private void remove(HttpConnection connection) {
    Entry entry = entries.remove(connection);
    if (entry != null) {
      entry.slot.close();
      open = entries.size();
    }
  }

  /** Says that a request's head is here; its body has a deadline now. */
  void onRequest(HttpServerRequest request) {
    Entry entry = entries.get(request.connection());
    if (entry == null) {
      return;
    }
    if (request.isEnded()) {
      entry.waitedFor = false;
      return;
    }
    entry.deadlineNanos = time.monotonicNanos() + requestTimeoutNanos;
    entry.waitedFor = true;
    request.end().onComplete(ended -> entry.waitedFor = false);
  }

  /** Closes whoever is late. */
  void sweep() {
    long now = time.monotonicNanos();
    List<HttpConnection> late = new ArrayList<>();
    entries.forEach(
        (connection, entry) -> {
          if (entry.waitedFor && now - entry.deadlineNanos > 0) {
            late.add(connection);
          }
        });
    timedOut.add(late.size());
    late.forEach(HttpConnection::close);
  }

  /** Before any request there is no response to write to, so the answer is written as bytes. */
  private static void refuse(HttpConnection connection, StreamException error) {
    String json = HttpErrors.body(error).encode();
    ByteBuf answer =
        Unpooled.copiedBuffer(
            "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n"
                + "Connection: close\r\nContent-Length: "
                + json.length()
                + "\r\n\r\n"
                + json,
            StandardCharsets.US_ASCII);
    ChannelPipeline pipeline = channel(connection).pipeline();
    // From here on, the encoder, which writes whole responses only, is passed by; TLS is not.
    pipeline
        .context(HttpResponseEncoder.class)
        .writeAndFlush(answer)
        .addListener(ChannelFutureListener.CLOSE);
  }

  private static Channel channel(HttpConnection connection) {
    return ((ConnectionBase) connection).channelHandlerContext().channel();
  }

  @Override
  public void close() {
    gauge.close();
    entries.values().forEach(entry -> entry.slot.close());
    entries.clear();
    open = 0;
  }
}
