package io.millrace.endpoint.kafka;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.config.KafkaSettings;
import io.millrace.model.config.SettingValues;
import io.vertx.core.net.NetSocket;
import java.util.Optional;

/**
 * A host and port by which a client reaches this node.
 *
 * @param host a name or a numeric address
 */
record ClientAddress(String host, int port) {
  private static final int MAX_PORT = 65_535;

  /**
   * What a client connected to: the name that it gave for TLS, else the address of the socket. So a
   * client on another machine is never sent to a loopback address, without any setting.
   */
  static ClientAddress of(NetSocket connection) {
    String name = connection.isSsl() ? connection.indicatedServerName() : null;
    return new ClientAddress(
        name == null || name.isEmpty() ? connection.localAddress().hostAddress() : name,
        connection.localAddress().port());
  }

  /**
   * What clients are told if a setting says so; empty if it does not.
   *
   * @throws StreamException INVALID_CONFIG if it is not host:port
   */
  static Optional<ClientAddress> advertised(SettingValues settings) {
    String text = settings.get(KafkaSettings.ADVERTISED_LISTENERS).trim();
    if (text.isEmpty()) {
      return Optional.empty();
    }
    String bare = text.replaceFirst("^[A-Za-z_0-9]+://", "");
    int colon = bare.lastIndexOf(':');
    try {
      int port = Integer.parseInt(bare.substring(colon + 1));
      String host = bare.substring(0, Math.max(0, colon)).replaceAll("^\\[|]$", "");
      if (!host.isEmpty() && !host.contains(",") && port > 0 && port <= MAX_PORT) {
        return Optional.of(new ClientAddress(host, port));
      }
    } catch (NumberFormatException e) {
      throw malformed(text, e);
    }
    throw malformed(text, null);
  }

  private static StreamException malformed(
      String text, @org.jspecify.annotations.Nullable Throwable cause) {
    String message =
        KafkaSettings.ADVERTISED_LISTENERS
            + " is '"
            + text
            + "', expected one host:port, for example PLAINTEXT://broker.example.org:9092";
    return cause == null
        ? new StreamException(ErrorCode.INVALID_CONFIG, message)
        : new StreamException(ErrorCode.INVALID_CONFIG, message, cause);
  }
}
