package io.millrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.config.BrokerSettings;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterConfigTest {
  private static final Map<String, String> BASE =
      Map.of("cluster.seeds", "127.0.0.1:7800, [::1]:7900", "node.id", "1");

  private static ClusterConfig of(String... pairs) {
    Map<String, String> given = new HashMap<>(BASE);
    for (int i = 0; i < pairs.length; i += 2) {
      given.put(pairs[i], pairs[i + 1]);
    }
    return ClusterConfig.of(BrokerSettings.of(given));
  }

  @Test
  void shouldClusterExactlyIfSeedsAreGiven() {
    // when // then
    assertThat(ClusterConfig.isWanted(BrokerSettings.of(Map.of()))).isFalse();
    assertThat(ClusterConfig.isWanted(BrokerSettings.of(BASE))).isTrue();
  }

  @Test
  void shouldReadSeedsAndFindFreePorts() {
    // when
    ClusterConfig config = of("cluster.port", "0", "cluster.bus.port", "0");

    // then
    assertThat(config.seeds())
        .containsExactly(new HostPort("127.0.0.1", 7800), new HostPort("::1", 7900));
    assertThat(config.discovery().port()).isPositive();
    assertThat(config.bus().port()).isPositive().isNotEqualTo(config.discovery().port());
    assertThat(config.tls()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.1.2.3", "192.168.7.1"})
  void shouldRefuseAHostThatOthersReachUnlessTheNetworkIsPrivate(String host) {
    // when // then
    assertThatThrownBy(() -> of("cluster.host", host))
        .isInstanceOf(StreamException.class)
        .hasMessageContaining("cluster.private.network=true")
        .hasMessageContaining(host)
        .extracting(e -> ((StreamException) e).code())
        .isEqualTo(ErrorCode.POLICY_VIOLATION);
    assertThat(of("cluster.host", host, "cluster.private.network", "true").bus().host())
        .isEqualTo(host);
  }

  @ParameterizedTest
  @CsvSource({
    "cluster.host, 0.0.0.0, the one address",
    "cluster.seeds, nonsense, expected host:port",
    "cluster.seeds, a:99999, expected host:port",
    "cluster.seeds, a:b:1, expected host:port",
    "cluster.tls.ca, /nowhere.pem, given together"
  })
  void shouldSayWhatIsWrong(String setting, String value, String expected) {
    // when // then
    assertThatThrownBy(() -> of(setting, value))
        .isInstanceOf(StreamException.class)
        .hasMessageContaining(setting.startsWith("cluster.tls") ? "cluster.tls" : setting)
        .hasMessageContaining(expected);
  }

  @Test
  void shouldRefuseACertificateOfAnotherNode() {
    // when // then
    assertThat(of(tls("1", "1")).tls()).isPresent();
    assertThatThrownBy(() -> of(tls("2", "1")))
        .isInstanceOf(StreamException.class)
        .hasMessageContaining("is for '2' and node.id is 1");
    assertThatThrownBy(() -> of(tls("1", "-1")))
        .isInstanceOf(StreamException.class)
        .hasMessageContaining("node.id");
  }

  private static String[] tls(String node, String nodeId) {
    return new String[] {
      "cluster.tls.certificate", BusNode.file("cluster-node-" + node + "-test-only.cert.pem"),
      "cluster.tls.key", BusNode.file("cluster-node-" + node + "-test-only.key.pem"),
      "cluster.tls.ca", BusNode.file("cluster-ca-test-only.cert.pem"),
      "node.id", nodeId
    };
  }
}
