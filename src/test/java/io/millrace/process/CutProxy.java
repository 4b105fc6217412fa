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

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "cut-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        open.add(client);
        Socket broker = new Socket(InetAddress.getLoopbackAddress(), targetPort);
        open.add(broker);
        start(() -> relay(client, broker, false));
        start(() -> relay(broker, client, true));
      } catch (IOException e) {
        // The port was closed, or nobody is behind it: either way there is no more to do here.
        close();
      }
    }
  }

  /** Until one side ends, which then ends for the other one too. */
  private void relay(Socket from, Socket to, boolean isCounted) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[4_096];
      int count = in.read(buffer);
      while (count > 0 && !(isCounted && bytesLeft.addAndGet(-count) <= 0)) {
        out.write(buffer, 0, count);
        count = in.read(buffer);
      }
      if (isCut()) {
        close();
      }
    } catch (IOException e) {
      // The relay of the other direction has closed both.
      open.removeAll(List.of(from, to));
    }
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
