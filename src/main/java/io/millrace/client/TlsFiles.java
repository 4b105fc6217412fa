package io.millrace.client;

import io.millrace.model.config.SettingValues;
import io.vertx.core.net.ClientOptionsBase;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.file.Files;
import java.nio.file.Path;

/** TLS from PEM files, for either transport. */
final class TlsFiles {
  private TlsFiles() {}

  /**
   * Sets what both transports have in common.
   *
   * @throws io.millrace.model.StreamException INVALID_CONFIG if a file cannot be read
   */
  static void apply(SettingValues settings, ClientOptionsBase options) {
    options.setConnectTimeout(settings.get(ClientSettings.CONNECTION_SETUP_TIMEOUT_MS));
    options.setTcpNoDelay(true);
    int sendBytes = settings.get(ClientSettings.SEND_BUFFER_BYTES);
    if (sendBytes > 0) {
      options.setSendBufferSize(sendBytes);
    }
    int receiveBytes = settings.get(ClientSettings.RECEIVE_BUFFER_BYTES);
    if (receiveBytes > 0) {
      options.setReceiveBufferSize(receiveBytes);
    }
    if (!settings.get(ClientSettings.TLS_ENABLED)) {
      return;
    }
    options.setSsl(true);
    String trust = settings.get(ClientSettings.TLS_TRUST_PEM);
    if (!trust.isEmpty()) {
      options.setTrustOptions(new PemTrustOptions().addCertPath(readable("tls.trust.pem", trust)));
    }
    String certificate = settings.get(ClientSettings.TLS_CERTIFICATE_PEM);
    if (!certificate.isEmpty()) {
      options.setKeyCertOptions(
          new PemKeyCertOptions()
              .addCertPath(readable("tls.certificate.pem", certificate))
              .addKeyPath(readable("tls.key.pem", settings.get(ClientSettings.TLS_KEY_PEM))));
    }
  }

  private static String readable(String setting, String file) {
    if (!Files.isReadable(Path.of(file))) {
      throw ClientSettings.contradiction(
          setting + " is '" + file + "', which is not a file that can be read");
    }
    return file;
  }
}
