package io.millrace.endpoint.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginPolicyTest {
  private final OriginPolicy policy =
      new OriginPolicy(
          List.of("broker.example.org", "other.example.org:8443"),
          List.of("https://App.example.org"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "LOCALHOST:8080",
        "127.0.0.1:8080",
        "127.1.2.3",
        "[::1]",
        "[::1]:8080",
        "broker.example.org",
        "Broker.Example.Org:1234",
        "other.example.org:8443"
      })
  void shouldAcceptLoopbackAndListedHosts(String host) {
    assertThatCode(() -> policy.check(List.of(host), List.of())).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.1@evil.example",
        "localhost:8080@evil.example",
        "evil.example:127.0.0.1",
        "other.example.org",
        "other.example.org:8080",
        "localhost ",
        "localhost:80:80",
        "localhost:",
        "[::1",
        "[::2]",
        "0.0.0.0",
        "128.0.0.1",
        "localhost/",
        "localhost\u0000"
      })
  void shouldRefuseEveryOtherHost(String host) {
    assertThatThrownBy(() -> policy.check(List.of(host), List.of()))
        .isInstanceOfSatisfying(
            StreamException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.HOST_NOT_ALLOWED));
  }

  @Test
  void shouldRefuseNoHostAndTwoHosts() {
    assertThatThrownBy(() -> policy.check(List.of(), List.of()))
        .hasMessageContaining("0 Host headers");
    assertThatThrownBy(() -> policy.check(List.of("localhost", "evil.example"), List.of()))
        .hasMessageContaining("2 Host headers");
  }

  @ParameterizedTest
  @CsvSource({
    "localhost:8080, http://localhost:8080",
    "localhost:8080, http://localhost:3000",
    "localhost:8080, http://127.0.0.1:8080",
    "127.0.0.1:8080, https://[::1]:9",
    "broker.example.org, https://broker.example.org",
    "localhost:8080, https://app.example.org",
    "localhost:8080, https://APP.example.org"
  })
  void shouldAcceptPagesOfTheSameHostAndListedOnes(String host, String origin) {
    assertThatCode(() -> policy.check(List.of(host), List.of(origin))).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    "localhost:8080, http://evil.example",
    "localhost:8080, null",
    "localhost:8080, ''",
    "localhost:8080, file://localhost",
    "localhost:8080, http://localhost.evil.example",
    "localhost:8080, http://localhost@evil.example",
    "localhost:8080, http://app.example.org",
    "localhost:8080, https://app.example.org:8443",
    "broker.example.org, http://localhost",
    "localhost, http://broker.example.org",
    "localhost:8080, 'http://localhost http://evil.example'",
    "localhost:8080, //localhost"
  })
  void shouldRefusePagesOfOtherHosts(String host, String origin) {
    assertThatThrownBy(() -> policy.check(List.of(host), List.of(origin)))
        .isInstanceOfSatisfying(
            StreamException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.ORIGIN_NOT_ALLOWED));
  }

  @Test
  void shouldRefuseTwoOrigins() {
    assertThatThrownBy(
            () ->
                policy.check(
                    List.of("localhost"), List.of("http://localhost", "http://evil.example")))
        .hasMessageContaining("2 Origin headers");
  }

  @Test
  void shouldNotRepeatControlCharactersOfAHost() {
    assertThatThrownBy(() -> policy.check(List.of("a\r\nb"), List.of()))
        .hasMessageContaining("'a??b'");
  }
}
