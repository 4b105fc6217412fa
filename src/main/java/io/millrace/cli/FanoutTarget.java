package io.millrace.cli;

import java.net.InetSocketAddress;
import java.util.function.IntFunction;

/**
 * What the sockets of a run of {@code bench fanout} have in common.
 *
 * @param request the head of the HTTP request that opens a WebSocket
 * @param text whether data comes in text frames rather than binary ones
 * @param partitions whose messages each consumer gets
 * @param greeting what a consumer sends once its WebSocket is open, as frames, by its number
 */
record FanoutTarget(
    InetSocketAddress address,
    String request,
    boolean text,
    int partitions,
    IntFunction<byte[]> greeting) {
  private static final byte[] NOTHING = {};

  /** A topic of this server, from its end on: the URL says everything. */
  static FanoutTarget topic(
      InetSocketAddress address, String topic, String subProtocol, int partitions) {
    String path = "/v1/topics/" + topic + "?from=latest";
    String more = "Sec-WebSocket-Protocol: " + subProtocol + "\r\n";
    return new FanoutTarget(
        address,
        upgrade(address, path, more),
        subProtocol.contains("json"),
        partitions,
        number -> NOTHING);
  }

  /**
   * The head of a request to open a WebSocket.
   *
   * @param more lines of it
   */
  static String upgrade(InetSocketAddress address, String path, String more) {
    return "GET "
        + path
        + " HTTP/1.1\r\nHost: "
        + address.getHostString()
        + ":"
        + address.getPort()
        + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: bWlsbHJhY2UgZmFub3V0IQ==\r\n"
        + more
        + "\r\n";
  }
}
