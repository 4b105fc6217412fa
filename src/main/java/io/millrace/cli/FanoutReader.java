package io.millrace.cli;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;

/**
 * A thread that reads many sockets of {@code bench fanout}: no object is made for a message, so
 * that the client is not what is measured.
 *
 * <p>Threading: its own; made, given its sockets, started and closed on the command's.
 */
final class FanoutReader implements AutoCloseable {
  private static final int BUFFER_BYTES = 4 << 20;

  private final Selector selector = Selector.open();
  private final FanoutTally tally = new FanoutTally();
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final Thread thread;
  private volatile boolean closed;

  FanoutReader(int number) throws IOException {
    thread = new Thread(this::run, "fanout-reader-" + number);
    thread.setDaemon(true);
  }

  FanoutTally tally() {
    return tally;
  }

  /** Before it is started. */
  void add(FanoutSocket socket) throws IOException {
    socket.channel().register(selector, SelectionKey.OP_READ, socket);
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      // What came together with the answer to the handshake makes no socket readable.
      selector.keys().forEach(this::read);
      while (!closed) {
        selector.select(this::read);
      }
    } catch (IOException | RuntimeException e) {
      tally.fail(e);
    }
  }

  private void read(SelectionKey key) {
    if (key.attachment() instanceof FanoutSocket socket) {
      try {
        socket.read(buffer);
      } catch (IOException e) {
        key.cancel();
        tally.fail(e);
      }
    }
  }

  /** Ends the thread and closes all sockets; what was counted can be read afterwards. */
  @Override
  public void close() throws IOException {
    closed = true;
    selector.wakeup();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while a reader ended");
    }
    for (SelectionKey key : selector.keys()) {
      key.channel().close();
    }
    selector.close();
  }
}
