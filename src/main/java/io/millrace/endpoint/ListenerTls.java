package io.millrace.endpoint;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.config.ListenerSettings;
import io.millrace.model.config.ListenerSettings.TlsClientAuth;
import io.millrace.model.config.Setting;
import io.millrace.model.config.SettingValues;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * TLS for any listener from the {@code tls.*} settings: PEM files, read once, at start.
 *
 * <p>Threading: reads files, so it is used where that may block.
 */
public final class ListenerTls {
  private static final List<String> KNOWN_PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

  private ListenerTls() {}

  /**
   * Adds TLS to a listener's options if its setting says so.
   *
   * @throws StreamException INVALID_CONFIG if a file is missing, unreadable or not PEM, or a
   *     protocol is not known
   */
  public static void apply(
      SettingValues settings, Setting<Boolean> enable, NetServerOptions options) {
    if (!settings.get(enable)) {
      return;
    }
    options
        .setSsl(true)
        .setKeyCertOptions(
            new PemKeyCertOptions()
                .setCertValue(
                    pem(settings, ListenerSettings.TLS_CERTIFICATE_FILE, "CERTIFICATE", enable))
                .setKeyValue(pem(settings, ListenerSettings.TLS_KEY_FILE, "PRIVATE KEY", enable)))
        .setEnabledSecureTransportProtocols(protocols(settings))
        .setSslHandshakeTimeout(settings.get(ListenerSettings.HANDSHAKE_TIMEOUT_MS))
        .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
    if (settings.get(ListenerSettings.TLS_CLIENT_AUTH) == TlsClientAuth.REQUIRED) {
      options
          .setClientAuth(ClientAuth.REQUIRED)
          .setTrustOptions(
              new PemTrustOptions()
                  .addCertValue(
                      pem(settings, ListenerSettings.TLS_CLIENT_CA_FILE, "CERTIFICATE", enable)));
    }
  }

  private static Set<String> protocols(SettingValues settings) {
    Set<String> protocols = new LinkedHashSet<>(settings.get(ListenerSettings.TLS_PROTOCOLS));
    if (protocols.isEmpty() || !KNOWN_PROTOCOLS.containsAll(protocols)) {
      throw new StreamException(
          ErrorCode.INVALID_CONFIG,
          ListenerSettings.TLS_PROTOCOLS
              + " is '"
              + String.join(",", protocols)
              + "', expected one or more of "
              + String.join(", ", KNOWN_PROTOCOLS));
    }
    return protocols;
  }

  private static Buffer pem(
      SettingValues settings, Setting<String> file, String content, Setting<Boolean> enable) {
    String path = settings.get(file);
    if (path.isEmpty()) {
      throw new StreamException(
          ErrorCode.INVALID_CONFIG,
          file + " is not set, and " + enable + "=true needs a PEM file with a " + content);
    }
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(Path.of(path));
    } catch (IOException | IllegalArgumentException e) {
      throw new StreamException(
          ErrorCode.INVALID_CONFIG, file + " is '" + path + "', which cannot be read", e);
    }
    if (!new String(bytes, StandardCharsets.ISO_8859_1)
        .contains("-----BEGIN " + content + "-----")) {
      throw new StreamException(
          ErrorCode.INVALID_CONFIG,
          file
              + " is '"
              + path
              + "', which has no line '-----BEGIN "
              + content
              + "-----' as a PEM file of its kind has");
    }
    return Buffer.buffer(bytes);
  }
}
