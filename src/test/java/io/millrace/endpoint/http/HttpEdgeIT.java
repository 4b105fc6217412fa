package io.millrace.endpoint.http;

import static io.millrace.endpoint.http.HttpFixture.errorName;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What strangers try before they are let in. */
class HttpEdgeIT {
  private HttpFixture server = HttpFixture.ready();

  @AfterEach
  void close() {
    server.close();
  }

  private void restart(String... settings) {
    server.close();
    server = HttpFixture.ready(settings);
  }

  private String raw(String head) {
    try (RawHttp client = new RawHttp(server.port())) {
      return client.send(head).readToEnd();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/health/live", "/metrics", "/v1/topics", "/v1/stream", "/nothing"})
  void shouldRefuseARebornHostEverywhere(String path) {
    // when
    String answer =
        raw("GET " + path + " HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");

    // then
    assertThat(answer).startsWith("HTTP/1.1 421 ").contains("HOST_NOT_ALLOWED");
  }

  @Test
  void shouldRefuseTwoHostsAndNone() {
    assertThat(
            raw(
                "GET /v1/topics HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n"
                    + "Connection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 4")
        .doesNotContain("\"topics\"");
    assertThat(raw("GET /v1/topics HTTP/1.0\r\n\r\n"))
        .contains("HOST_NOT_ALLOWED")
        .doesNotContain("\"topics\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://evil.example", "null", "http://localhost.evil.example"})
  void shouldRefusePagesOfOtherOrigins(String origin) {
    // when
    HttpResponse<String> read = server.get("/v1/topics", "Origin", origin);
    HttpResponse<String> preflight =
        server.send(
            "OPTIONS",
            "/v1/topics/t",
            "",
            "Origin",
            origin,
            "Access-Control-Request-Method",
            "POST");

    // then
    assertThat(read.statusCode()).isEqualTo(403);
    assertThat(errorName(read)).isEqualTo("ORIGIN_NOT_ALLOWED");
    assertThat(preflight.statusCode()).isEqualTo(403);
    assertThat(preflight.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
  }

  @Test
  void shouldLetListedOriginsIn() {
    // given
    restart("http.allowed.origins", "https://app.example.org");

    // when
    HttpResponse<String> preflight =
        server.send(
            "OPTIONS",
            "/v1/topics/t",
            "",
            "Origin",
            "https://app.example.org",
            "Access-Control-Request-Method",
            "POST");
    HttpResponse<String> read = server.get("/v1/topics", "Origin", "https://app.example.org");

    // then
    assertThat(preflight.statusCode()).isEqualTo(204);
    assertThat(preflight.headers().firstValue("Access-Control-Allow-Methods").orElseThrow())
        .contains("POST");
    assertThat(read.statusCode()).isEqualTo(200);
    assertThat(read.headers().firstValue("Access-Control-Allow-Origin"))
        .contains("https://app.example.org");
  }

  @Test
  void shouldLetListedHostsIn() {
    // given
    restart("http.allowed.hosts", "broker.example.org");

    // when
    String answer =
        raw(
            "GET /v1/topics HTTP/1.1\r\nHost: broker.example.org:8080\r\n"
                + "Connection: close\r\n\r\n");

    // then
    assertThat(answer).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void shouldRefuseLargeHeadersAndLongLines() {
    assertThat(raw("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(20_000) + "\r\n\r\n"))
        .contains(" 431 ", "LIMIT_EXCEEDED");
    assertThat(raw("GET /" + "x".repeat(9_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"))
        .contains(" 414 ", "LIMIT_EXCEEDED");
  }

  @Test
  void shouldRefuseWhatIsNotHttp() {
    assertThat(raw("\u0001\u0002\u0003 garbage\r\n\r\n")).contains(" 400 ", "INVALID_REQUEST");
  }

  @Test
  void shouldCloseAConnectionThatSaysNothing() {
    // given
    restart("handshake.timeout.ms", "100");

    // when
    String answer = raw("GET / HT");

    // then
    assertThat(answer).isEmpty();
    assertThat(server.get("/metrics").body())
        .contains("connections_timed_out_total{listener=\"http\"} 1.0");
  }

  @Test
  void shouldCloseAConnectionWhoseBodyDoesNotCome() {
    // given
    restart("request.timeout.ms", "100");

    // when
    String answer =
        raw(
            "POST /v1/topics/t HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: 10\r\n\r\n{");

    // then
    assertThat(answer).isEmpty();
    assertThat(server.get("/v1/topics").statusCode()).isEqualTo(200);
  }

  @Test
  void shouldRefuseConnectionsBeyondTheLimitAndTakeThemAgainLater() {
    // given
    restart("max.connections.per.ip.overrides", "127.0.0.1:2,::1:2");
    RawHttp first = new RawHttp(server.port()).send("GET / HT");
    RawHttp second = new RawHttp(server.port()).send("GET / HT");

    // when
    String refused = raw("");
    first.close();
    second.close();
    server.eventually(() -> server.limits.openNow() == 0);

    // then
    assertThat(refused).startsWith("HTTP/1.1 503 ").contains("LIMIT_EXCEEDED");
    assertThat(server.get("/v1/topics").statusCode()).isEqualTo(200);
  }
}
