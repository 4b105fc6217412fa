package io.millrace.client;

import io.millrace.model.config.SettingValues;
import java.util.List;

/** Where a broker listens. */
record BrokerAddress(String host, int port) {
  private static final String LOCAL = "127.0.0.1";

  /**
   * The addresses in {@code bootstrap.servers}: host:port, [v6]:port, or a host alone.
   *
   * @throws io.millrace.model.StreamException INVALID_CONFIG for one that cannot be read
   */
  static List<BrokerAddress> listOf(SettingValues settings) {
    int usualPort = settings.get(ClientSettings.VIA).usualPort();
    List<String> given = settings.get(ClientSettings.BOOTSTRAP_SERVERS);
    return given.isEmpty()
        ? List.of(new BrokerAddress(LOCAL, usualPort))
        : given.stream().map(text -> parse(text, usualPort)).toList();
  }

  private static BrokerAddress parse(String text, int usualPort) {
    int bracket = text.lastIndexOf(']');
    int colon = text.lastIndexOf(':');
    boolean hasPort = colon > bracket && text.indexOf(':', bracket + 1) == colon;
    String host = hasPort ? text.substring(0, colon) : text;
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    int port = hasPort ? parsePort(text.substring(colon + 1)) : usualPort;
    if (host.isEmpty() || port < 1 || port > 65_535 || text.contains("/")) {
      throw ClientSettings.contradiction(
          "bootstrap.servers has '" + text + "', expected host:port with a port of 1 to 65535");
    }
    return new BrokerAddress(host, port);
  }

  private static int parsePort(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  @Override
  public String toString() {
    return host.contains(":") ? "[" + host + "]:" + port : host + ":" + port;
  }
}
