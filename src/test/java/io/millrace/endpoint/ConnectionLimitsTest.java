package io.millrace.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.config.BrokerSettings;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionLimitsTest {
  private static ConnectionLimits limits(String total, String perAddress, String overrides) {
    return new ConnectionLimits(
        BrokerSettings.of(
            Map.of(
                "max.connections",
                total,
                "max.connections.per.ip",
                perAddress,
                "max.connections.per.ip.overrides",
                overrides)));
  }

  @Test
  void shouldLimitEachAddress() {
    // given
    ConnectionLimits limits = limits("10", "2", "");
    limits.open("10.0.0.1");
    ConnectionLimits.Slot second = limits.open("10.0.0.1");
    limits.open("10.0.0.2");

    // when // then
    assertThatThrownBy(() -> limits.open("10.0.0.1"))
        .isInstanceOfSatisfying(
            StreamException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED))
        .hasMessageContaining("the limit is 2 (max.connections.per.ip)");
    second.close();
    limits.open("10.0.0.1");
    assertThat(limits.openNow()).isEqualTo(3);
  }

  @Test
  void shouldLimitAllTogether() {
    // given
    ConnectionLimits limits = limits("2", "2", "");
    limits.open("10.0.0.1");
    limits.open("10.0.0.2");

    // when // then
    assertThatThrownBy(() -> limits.open("10.0.0.3")).hasMessageContaining("(max.connections)");
  }

  @Test
  void shouldFollowOverridesInEverySpelling() {
    // given
    ConnectionLimits limits = limits("10", "1", "::1:3, 10.0.0.1:2");
    limits.open("0:0:0:0:0:0:0:1");
    limits.open("::1");
    limits.open("0:0:0:0:0:0:0:1%lo");

    // when // then
    assertThatThrownBy(() -> limits.open("::1")).hasMessageContaining("the limit is 3");
  }

  @Test
  void shouldCountASlotOutOnce() {
    // given
    ConnectionLimits limits = limits("10", "2", "");
    ConnectionLimits.Slot slot = limits.open("10.0.0.1");
    limits.open("10.0.0.1");

    // when
    slot.close();
    slot.close();

    // then
    assertThat(limits.openNow()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.1", "10.0.0.1:", "10.0.0.1:x", ":5", "10.0.0.1:0"})
  void shouldRefuseAnOverrideThatIsNone(String override) {
    assertThatThrownBy(() -> limits("10", "2", override))
        .isInstanceOf(StreamException.class)
        .hasMessageContaining("'" + override + "'")
        .hasMessageContaining("expected address:number");
  }
}
