package io.millrace.endpoint;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.config.ListenerSettings;
import io.millrace.model.config.ListenerSettings.TlsClientAuth;
import io.millrace.model.config.Setting;
import io.millrace.model.config.SettingValues;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Where a listener may bind: on loopback always, elsewhere only with TLS and clients that prove who
 * they are, or if the operator says that the network is safe.
 */
public final class BindPolicy {
  private BindPolicy() {}

  /**
   * Checks one listener's settings; resolves the host's name, so not on an event loop if it is not
   * numeric.
   *
   * @throws StreamException POLICY_VIOLATION if the bind is refused, INVALID_CONFIG if the host
   *     does not resolve
   */
  public static void check(
      SettingValues settings, Setting<String> host, Setting<Boolean> tlsEnable) {
    String name = settings.get(host);
    if (isLoopback(host, name) || settings.get(ListenerSettings.INSECURE_ALLOW)) {
      return;
    }
    boolean tls = settings.get(tlsEnable);
    boolean authenticated =
        settings.get(ListenerSettings.TLS_CLIENT_AUTH) == TlsClientAuth.REQUIRED;
    if (!tls || !authenticated) {
      throw new StreamException(
          ErrorCode.POLICY_VIOLATION,
          host
              + " is '"
              + name
              + "', which others than this machine can reach, with "
              + (tls ? "TLS but without client certificates" : "neither TLS nor authentication")
              + "; set "
              + tlsEnable
              + "=true and tls.client.auth=required, or insecure.allow=true if everybody who can"
              + " reach it may read and write everything");
    }
  }

  private static boolean isLoopback(Setting<String> setting, String host) {
    try {
      return !host.isEmpty() && InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new StreamException(
          ErrorCode.INVALID_CONFIG,
          setting + " is '" + host + "', which is neither an address nor a name that resolves",
          e);
    }
  }
}
