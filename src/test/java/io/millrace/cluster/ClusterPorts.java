package io.millrace.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;

/** Free ports for tests that must know them before anything listens. */
final class ClusterPorts {
  private ClusterPorts() {}

  static int free() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One with a higher number. */
  static int freeAbove(int port) {
    for (int next = port + 1; next <= 65_535; next++) {
      try (ServerSocket socket = new ServerSocket(next)) {
        return socket.getLocalPort();
      } catch (IOException e) {
        continue; // Taken; the next one may not be.
      }
    }
    throw new AssertionError("no port above " + port + " is free");
  }
}
