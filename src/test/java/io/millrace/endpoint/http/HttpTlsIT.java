package io.millrace.endpoint.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.endpoint.TestTls;
import io.millrace.model.StreamException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpTlsIT {
  private static final String[] TLS = {
    "http.tls.enable", "true",
    "tls.certificate.file", TestTls.pem("server", "cert"),
    "tls.key.file", TestTls.pem("server", "key")
  };

  private static HttpFixture server(String... more) {
    return HttpFixture.ready(
        Stream.of(List.of(TLS), List.of(more)).flatMap(List::stream).toArray(String[]::new));
  }

  private static HttpResponse<String> get(HttpFixture server, boolean withCertificate)
      throws IOException, InterruptedException {
    HttpClient client = HttpClient.newBuilder().sslContext(TestTls.client(withCertificate)).build();
    URI uri = URI.create("https://localhost:" + server.port() + "/v1/cluster");
    return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void shouldSpeakTls() throws Exception {
    // given
    try (HttpFixture server = server()) {
      // when
      HttpResponse<String> answer = get(server, false);

      // then
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.3");
    }
  }

  @Test
  void shouldSpeakNothingElse() {
    // given
    try (HttpFixture server = server();
        RawHttp plain = new RawHttp(server.port())) {
      // when
      String answer = plain.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").readToEnd();

      // then
      assertThat(answer).doesNotContain("HTTP/1");
    }
  }

  @Test
  void shouldAskForCertificatesOfClients() throws Exception {
    // given
    try (HttpFixture server =
        server("tls.client.auth", "required", "tls.client.ca.file", TestTls.pem("ca", "cert"))) {
      // when
      HttpResponse<String> known = get(server, true);

      // then
      assertThat(known.statusCode()).isEqualTo(200);
      assertThatThrownBy(() -> get(server, false)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void shouldRefuseFilesThatAreMissingOrNotPem(@TempDir Path directory) throws IOException {
    // given
    Path other = Files.writeString(directory.resolve("other.pem"), "something else");

    // when // then
    assertThatThrownBy(() -> server("tls.key.file", ""))
        .isInstanceOf(StreamException.class)
        .hasMessageContaining("tls.key.file is not set");
    assertThatThrownBy(() -> server("tls.key.file", directory + "/none"))
        .hasMessageContaining("cannot be read");
    assertThatThrownBy(() -> server("tls.certificate.file", other.toString()))
        .hasMessageContaining("-----BEGIN CERTIFICATE-----");
    assertThatThrownBy(() -> server("tls.protocols", "SSLv3"))
        .hasMessageContaining("expected one or more of TLSv1.3, TLSv1.2");
  }
}
