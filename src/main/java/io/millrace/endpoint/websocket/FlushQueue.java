package io.millrace.endpoint.websocket;

import java.util.ArrayList;
import java.util.List;

/**
 * Flushes sockets once per pass of the event loop, however many messages were written to them: a
 * record for a thousand subscribers is a thousand writes, and then one task that flushes them all.
 *
 * <p>Threading: one event loop.
 */
final class FlushQueue {
  private List<WebSocketTransport> waiting = new ArrayList<>();
  private List<WebSocketTransport> flushing = new ArrayList<>();
  private boolean scheduled;

  /** Flushes the socket at the end of this pass; call once per socket and pass. */
  void add(WebSocketTransport socket) {
    waiting.add(socket);
    if (!scheduled) {
      scheduled = true;
      socket.channel().executor().execute(this::flush);
    }
  }

  private void flush() {
    scheduled = false;
    List<WebSocketTransport> sockets = waiting;
    waiting = flushing;
    flushing = sockets;
    for (WebSocketTransport socket : sockets) {
      socket.flush();
    }
    sockets.clear();
  }
}
