package io.millrace.endpoint;

import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The keys and certificates of tests, which nothing else may trust. */
public final class TestTls {
  private TestTls() {}

  /** A PEM file of the test resources: ca, server or client; cert or key. */
  public static String pem(String who, String what) {
    String name = "/tls/" + who + "-test-only." + what + ".pem";
    URL url = TestTls.class.getResource(name);
    try {
      return Path.of(url.toURI()).toString();
    } catch (URISyntaxException e) {
      throw new AssertionError(name, e);
    }
  }

  /** What a client needs that trusts the test authority. */
  public static SSLContext client(boolean withCertificate) {
    try {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry("ca", certificate("ca"));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      KeyStore mine = KeyStore.getInstance("PKCS12");
      mine.load(null, null);
      if (withCertificate) {
        mine.setKeyEntry(
            "client", key("client"), new char[0], new Certificate[] {certificate("client")});
      }
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(mine, new char[0]);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static Certificate certificate(String who) throws Exception {
    try (InputStream in = Files.newInputStream(Path.of(pem(who, "cert")))) {
      return CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  private static PrivateKey key(String who) throws Exception {
    String text = Files.readString(Path.of(pem(who, "key")), StandardCharsets.US_ASCII);
    String base64 = text.replaceAll("-----[A-Z ]+-----|\\s", "");
    return KeyFactory.getInstance("EC")
        .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
  }
}
