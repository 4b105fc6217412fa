package io.millrace.cluster;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.config.ClusterSettings;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.config.Setting;
import io.millrace.model.config.SettingValues;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Optional;

/**
 * Mutual TLS of the bus: both ends prove which node they are, by the common name of a certificate
 * that the cluster's own authority has signed.
 */
public final class ClusterTls {
  private final byte[] certificate;
  private final byte[] key;
  private final byte[] authority;

  private ClusterTls(byte[] certificate, byte[] key, byte[] authority) {
    this.certificate = certificate;
    this.key = key;
    this.authority = authority;
  }

  /**
   * Reads the files that the settings name; empty if they name none.
   *
   * @param nodeId what the certificate must be for
   * @throws StreamException INVALID_CONFIG if only some are named, one cannot be read, or the
   *     certificate is another node's
   */
  static Optional<ClusterTls> of(SettingValues settings, int nodeId) {
    String all =
        settings.get(ClusterSettings.CLUSTER_TLS_CERTIFICATE)
            + settings.get(ClusterSettings.CLUSTER_TLS_KEY)
            + settings.get(ClusterSettings.CLUSTER_TLS_CA);
    if (all.isEmpty()) {
      return Optional.empty();
    }
    ClusterTls tls =
        new ClusterTls(
            read(settings, ClusterSettings.CLUSTER_TLS_CERTIFICATE, "CERTIFICATE"),
            read(settings, ClusterSettings.CLUSTER_TLS_KEY, "PRIVATE KEY"),
            read(settings, ClusterSettings.CLUSTER_TLS_CA, "CERTIFICATE"));
    String name = PeerName.of(tls.ownCertificate()).orElse("");
    if (nodeId < 0 || !name.equals(Integer.toString(nodeId))) {
      throw new StreamException(
          ErrorCode.INVALID_CONFIG,
          ClusterSettings.CLUSTER_TLS_CERTIFICATE
              + " is for '"
              + name
              + "' and "
              + ServerSettings.NODE_ID
              + " is "
              + nodeId
              + "; with cluster.tls.* the certificate's common name must be node.id, and both be"
              + " given");
    }
    return Optional.of(tls);
  }

  private X509Certificate ownCertificate() {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(certificate));
    } catch (CertificateException e) {
      throw new StreamException(
          ErrorCode.INVALID_CONFIG,
          ClusterSettings.CLUSTER_TLS_CERTIFICATE + " cannot be read: " + e.getMessage(),
          e);
    }
  }

  private static byte[] read(SettingValues settings, Setting<String> file, String content) {
    String path = settings.get(file);
    try {
      byte[] bytes = Files.readAllBytes(Path.of(path));
      if (new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1)
          .contains(content + "-----")) {
        return bytes;
      }
    } catch (IOException | IllegalArgumentException e) {
      throw unreadable(file, path, content, e);
    }
    throw unreadable(file, path, content, null);
  }

  private static StreamException unreadable(
      Setting<String> file,
      String path,
      String content,
      @org.jspecify.annotations.Nullable Exception cause) {
    String text =
        file
            + " is '"
            + path
            + "', expected a PEM file with a "
            + content
            + "; the three cluster.tls.* files are given together or not at all";
    return cause == null
        ? new StreamException(ErrorCode.INVALID_CONFIG, text)
        : new StreamException(ErrorCode.INVALID_CONFIG, text, cause);
  }

  void applyTo(EventBusOptions options) {
    options
        .setSsl(true)
        .setKeyCertOptions(
            new PemKeyCertOptions()
                .setCertValue(Buffer.buffer(certificate))
                .setKeyValue(Buffer.buffer(key)))
        .setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(authority)))
        .setClientAuth(ClientAuth.REQUIRED);
  }
}
