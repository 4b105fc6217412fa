package io.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.config.BrokerSettings;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsCheckTest {
  private static final Map<String, String> MUTUAL_TLS =
      Map.of(
          "tcp.host", "0.0.0.0",
          "tcp.tls.enable", "true",
          "tls.certificate.file", "server.pem",
          "tls.key.file", "server.key",
          "tls.client.auth", "required",
          "tls.client.ca.file", "ca.pem");

  @Test
  void shouldAcceptTheDefaults() {
    assertThat(problems(Map.of())).isEmpty();
    assertThat(warnings(Map.of())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.8.8.8", "localhost", "LOCALHOST", "::1", "[::1]"})
  void shouldAcceptLoopback(String host) {
    assertThat(problems(Map.of("tcp.host", host, "http.host", host))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "",
        "::",
        "[::]",
        "10.0.0.1",
        "example.org",
        "127.0.0.1.evil.org",
        "fe80::1",
        "1270.0.0.1",
        "::ffff:10.0.0.1",
        "a:b"
      })
  void shouldRefuseAnOpenListener(String host) {
    assertThat(problems(Map.of("tcp.host", host)))
        .containsExactly(
            "tcp.host is '"
                + host
                + "', which other machines can reach, without TLS and client authentication; set"
                + " tcp.tls.enable=true and tls.client.auth=required, or tcp.host=127.0.0.1, or"
                + " accept the risk with insecure.allow=true");
  }

  @Test
  void shouldRefuseTlsWithoutAuthenticationAndAuthenticationWithoutTls() {
    assertThat(problems(with(MUTUAL_TLS, "tls.client.auth", "none"))).hasSize(1);
    assertThat(problems(with(MUTUAL_TLS, "tcp.tls.enable", "false"))).hasSize(1);
    assertThat(problems(MUTUAL_TLS)).isEmpty();
    assertThat(problems(with(MUTUAL_TLS, "http.host", "0.0.0.0")))
        .singleElement()
        .asString()
        .startsWith("http.host");
  }

  @Test
  void shouldLetAListenerThatIsOffBeAnywhere() {
    assertThat(problems(Map.of("tcp.host", "0.0.0.0", "tcp.port", "-1"))).isEmpty();
  }

  @Test
  void shouldWarnOfWhatInsecureAllowOpens() {
    // given
    Map<String, String> open = Map.of("http.host", "0.0.0.0", "insecure.allow", "true");

    // then
    assertThat(problems(open)).isEmpty();
    assertThat(warnings(open))
        .containsExactly(
            "insecure.allow=true: whoever reaches 0.0.0.0 port 8080 can read and write everything",
            "http.allowed.hosts is empty: HTTP and WebSocket answer only requests whose Host header"
                + " is a loopback name; list the names that clients use");
  }

  @Test
  void shouldAskForTheFilesOfTls() {
    assertThat(problems(Map.of("http.tls.enable", "true", "tls.client.auth", "required")))
        .containsExactly(
            "tls.certificate.file is empty, but TLS is enabled; name a PEM file",
            "tls.key.file is empty, but TLS is enabled; name a PEM file",
            "tls.client.ca.file is empty, but tls.client.auth is required; name a PEM file");
  }

  @Test
  void shouldRefuseSettingsThatContradictEachOther() {
    assertThat(problems(Map.of("data.dir", " "))).singleElement().asString().contains("data.dir");
    assertThat(problems(Map.of("handshake.max.bytes", "2000", "socket.request.max.bytes", "1024")))
        .containsExactly(
            "handshake.max.bytes is 2000, expected at most socket.request.max.bytes (1024)");
    assertThat(problems(Map.of("stream.ping.interval.ms", "6000"))).hasSize(1);
    assertThat(problems(Map.of("num.partitions", "20000"))).hasSize(1);
    assertThat(problems(Map.of("max.connections.per.ip.overrides", "10.0.0.7:5,::1:x,7")))
        .hasSize(2);
  }

  @Test
  void shouldKnowTheReplicaSelectorsThatThereAre() {
    String rackAware = "org.apache.kafka.common.replica.RackAwareReplicaSelector";
    assertThat(problems(Map.of("replica.selector.class", rackAware))).isEmpty();
    assertThat(problems(Map.of("replica.selector.class", "com.example.MySelector")))
        .singleElement()
        .asString()
        .contains("expected nothing or " + rackAware);
  }

  private static List<String> problems(Map<String, String> given) {
    return SettingsCheck.problems(BrokerSettings.of(given));
  }

  private static List<String> warnings(Map<String, String> given) {
    return SettingsCheck.warnings(BrokerSettings.of(given));
  }

  private static Map<String, String> with(Map<String, String> map, String key, String value) {
    Map<String, String> copy = new java.util.HashMap<>(map);
    copy.put(key, value);
    return copy;
  }
}
