package io.millrace.endpoint;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.StreamException;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.config.ListenerSettings;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BindPolicyTest {
  private static void check(String host, String... keyValues) {
    Map<String, String> given = new HashMap<>(Map.of("http.host", host));
    for (int i = 0; i < keyValues.length; i += 2) {
      given.put(keyValues[i], keyValues[i + 1]);
    }
    BindPolicy.check(
        BrokerSettings.of(given), ListenerSettings.HTTP_HOST, ListenerSettings.HTTP_TLS_ENABLE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost", "::1", "127.3.2.1"})
  void shouldBindLoopbackAlways(String host) {
    assertThatCode(() -> check(host)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1", ""})
  void shouldRefuseToBeReachedByOthersWithoutProtection(String host) {
    assertThatThrownBy(() -> check(host))
        .isInstanceOf(StreamException.class)
        .hasMessageContaining("neither TLS nor authentication")
        .hasMessageContaining("insecure.allow=true");
  }

  @Test
  void shouldRefuseTlsWithoutClientCertificates() {
    assertThatThrownBy(() -> check("0.0.0.0", "http.tls.enable", "true"))
        .hasMessageContaining("TLS but without client certificates");
  }

  @Test
  void shouldBindAnywhereWithTlsAndClientCertificates() {
    assertThatCode(() -> check("0.0.0.0", "http.tls.enable", "true", "tls.client.auth", "required"))
        .doesNotThrowAnyException();
  }

  @Test
  void shouldBindAnywhereIfTheOperatorSaysSo() {
    assertThatCode(() -> check("0.0.0.0", "insecure.allow", "true")).doesNotThrowAnyException();
  }
}
