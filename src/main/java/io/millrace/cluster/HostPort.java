package io.millrace.cluster;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** Where something is reached. */
public record HostPort(String host, int port) {
  private static final int MAX_PORT = 65_535;

  /**
   * Reads {@code host:port}; an IPv6 address is in brackets.
   *
   * @param setting named in the error
   * @throws StreamException INVALID_CONFIG if it is nothing of the kind
   */
  public static HostPort parse(String setting, String text) {
    int colon = text.lastIndexOf(':');
    if (colon > 0) {
      String host = text.substring(0, colon);
      boolean bracketed = host.startsWith("[") && host.endsWith("]");
      int port = port(text.substring(colon + 1));
      if (port > 0 && (bracketed || host.indexOf(':') < 0)) {
        return new HostPort(bracketed ? host.substring(1, host.length() - 1) : host, port);
      }
    }
    throw new StreamException(
        ErrorCode.INVALID_CONFIG, setting + " has '" + text + "', expected host:port");
  }

  /** Whether this is the place of an address, however it is spelled; resolves a name. */
  boolean isAt(InetAddress address, int atPort) {
    try {
      return port == atPort && InetAddress.getByName(host).equals(address);
    } catch (UnknownHostException e) {
      return false; // A name that does not resolve now is nowhere now.
    }
  }

  private static int port(String text) {
    try {
      int port = Integer.parseInt(text);
      return port <= MAX_PORT ? port : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  @Override
  public String toString() {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }
}
