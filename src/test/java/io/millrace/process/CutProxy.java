package io.millrace.process;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands between a client and a broker, and is gone for good, its port closed, once the broker has
 * said so many bytes through it.
 */
final class CutProxy implements Closeable {
  private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final List<Closeable> open = new CopyOnWriteArrayList<>();
  private final int targetPort;
  private final AtomicLong bytesLeft;

  CutProxy(int targetPort, long bytes) throws IOException {
    this.targetPort = targetPort;
    this.bytesLeft = new AtomicLong(bytes);
    open.add(server);
    start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  /** Whether it was cut. */
  boolean isCut() {
    return bytesLeft.get() <= 0;
  }

  private interface Work {
    void run() throws IOException;
  }

  /** Sockets that are closed on purpose end their threads. */
  private void start(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException closed) {
                close();
              }
            },
            "cut-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() throws IOException {
    while (true) {
      Socket client = server.accept();
      open.add(client);
      Socket broker = new Socket(InetAddress.getLoopbackAddress(), targetPort);
      open.add(broker);
      start(() -> relay(client, broker, false));
      start(() -> relay(broker, client, true));
    }
  }

  private void relay(Socket from, Socket to, boolean isCounted) throws IOException {
    InputStream in = from.getInputStream();
    OutputStream out = to.getOutputStream();
    byte[] buffer = new byte[4_096];
    for (int count = in.read(buffer); count > 0; count = in.read(buffer)) {
      if (isCounted && bytesLeft.addAndGet(-count) <= 0) {
        close();
        return;
      }
      out.write(buffer, 0, count);
    }
    to.close();
  }

  @Override
  public void close() {
    for (Closeable each : open) {
      try {
        each.close();
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }
}
