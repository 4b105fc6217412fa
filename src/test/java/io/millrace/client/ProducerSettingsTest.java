package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProducerSettingsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "enable.idempotence=true,acks=1 | needs acks=all, and acks is 1",
        "enable.idempotence=true,max.in.flight.requests.per.connection=6 | of at most 5, and it is 6",
        "enable.idempotence=true,retries=0 | needs retries above 0",
        "acks=2 | acks is '2', expected 0, 1, all or -1",
        "delivery.timeout.ms=100 | expected at least linger.ms + request.timeout.ms = 30005",
        "buffer.memory=2048 | expected room for one batch (batch.size) of 16384",
        "retry.backoff.ms=2000 | larger than retry.backoff.max.ms",
        "reconnect.backoff.ms=2000 | larger than reconnect.backoff.max.ms",
        "compression.type=brotli | expected one of none, gzip, snappy, lz4, zstd",
        "linger=5 | there is no setting 'linger'",
        "tls.key.pem=k.pem | give both or none",
        "tls.trust.pem=ca.pem | tls.enabled is false",
        "bootstrap.servers=host:99999 | expected host:port with a port of 1 to 65535",
        "bootstrap.servers=http://host:7070 | expected host:port",
      })
  void shouldRefuseWhatContradictsItself(String settings, String reason) {
    // given
    Map<String, String> given =
        java.util.Arrays.stream(settings.split(","))
            .map(each -> each.split("=", 2))
            .collect(java.util.stream.Collectors.toMap(each -> each[0], each -> each[1]));

    // when // then
    assertThatThrownBy(() -> ProducerSettings.of(given))
        .isInstanceOfSatisfying(
            StreamException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_CONFIG))
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @CsvSource({"acks, 1", "acks, 0", "retries, 0", "max.in.flight.requests.per.connection, 6"})
  void shouldTurnIdempotenceOffWhenItWasNotAskedForAndIsExcluded(String name, String value) {
    assertThat(ProducerSettings.isIdempotent(ProducerSettings.of(Map.of(name, value)))).isFalse();
  }

  @Test
  void shouldBeIdempotentByDefault() {
    assertThat(ProducerSettings.isIdempotent(ProducerSettings.of(Map.of()))).isTrue();
  }

  @Test
  void shouldReadAddressesOfAllForms() {
    // given
    Map<String, String> given = Map.of("bootstrap.servers", "one, two:1234, [::1]:5, [fe80::1]");

    // when
    var addresses = BrokerAddress.listOf(ProducerSettings.of(given));

    // then
    assertThat(addresses)
        .containsExactly(
            new BrokerAddress("one", 7070),
            new BrokerAddress("two", 1234),
            new BrokerAddress("::1", 5),
            new BrokerAddress("fe80::1", 7070));
  }

  @Test
  void shouldRefuseAPartitionerThatIsNone() {
    assertThatThrownBy(() -> Partitioners.named("java.lang.String"))
        .hasMessageContaining("partitioner.class is 'java.lang.String', expected default");
  }
}
