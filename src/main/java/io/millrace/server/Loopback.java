package io.millrace.server;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/**
 * Tells, without asking a name server, whether an address can be reached from this machine only.
 */
final class Loopback {
  private static final Pattern IPV4_LOOPBACK = Pattern.compile("127(\\.\\d{1,3}){3}");

  private Loopback() {}

  /** False for every name but localhost: what a name stands for can change. */
  static boolean isLoopback(String host) {
    String bare =
        host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    if (bare.equalsIgnoreCase("localhost") || IPV4_LOOPBACK.matcher(bare).matches()) {
      return true;
    }
    return bare.indexOf(':') >= 0 && isLoopbackLiteral(bare);
  }

  private static boolean isLoopbackLiteral(String ipv6) {
    try {
      // With a colon in it this is a literal or an error, never a look-up.
      return InetAddress.getByName(ipv6).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
