package io.millrace.model.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.StreamException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BrokerSettingsTest {
  private static final Path CONF = Path.of("conf", "server.yaml");

  @Test
  void shouldKeepConfServerYamlInStepWithTheSettings() throws IOException {
    // given
    Path expected = Path.of("target", "server.yaml");
    Files.createDirectories(expected.getParent());
    Files.writeString(expected, ServerYaml.text());

    // when
    String actual = Files.readString(CONF);

    // then
    assertThat(actual)
        .as("settings were added or changed: cp target/server.yaml conf/server.yaml")
        .isEqualTo(ServerYaml.text());
  }

  @Test
  void shouldDocumentEverySettingInOneLine() {
    assertThat(BrokerSettings.all())
        .allSatisfy(
            setting -> {
              assertThat(setting.name()).matches("[a-z0-9]+(\\.[a-z0-9]+)*");
              assertThat(setting.documentation()).endsWith(".").doesNotContain("\n");
              assertThat(setting.documentation().length()).isBetween(10, 140);
            });
  }

  @Test
  void shouldNameNoSettingAndNoEnvironmentVariableTwice() {
    assertThat(BrokerSettings.all()).extracting(Setting::name).doesNotHaveDuplicates();
    assertThat(BrokerSettings.all()).extracting(Setting::environmentName).doesNotHaveDuplicates();
  }

  @Test
  void shouldReadEveryDefaultAsItIsWritten() {
    assertThat(BrokerSettings.all())
        .allSatisfy(
            setting ->
                assertThat((Object) setting.parse(setting.defaultText()))
                    .isEqualTo(setting.defaultValue()));
  }

  @Test
  void shouldListenOnLoopbackByDefault() {
    // when
    SettingValues settings = BrokerSettings.of(Map.of());

    // then
    assertThat(settings.get(ListenerSettings.TCP_HOST)).isEqualTo("127.0.0.1");
    assertThat(settings.get(ListenerSettings.TCP_PORT)).isEqualTo(7070);
    assertThat(settings.get(ListenerSettings.HTTP_HOST)).isEqualTo("127.0.0.1");
    assertThat(settings.get(ListenerSettings.HTTP_PORT)).isEqualTo(8080);
    assertThat(settings.get(ListenerSettings.INSECURE_ALLOW)).isFalse();
  }

  @Test
  void shouldSayWhatWasMeantWhenANameIsWrong() {
    assertThatThrownBy(() -> BrokerSettings.of(Map.of("htp.port", "1")))
        .isInstanceOf(StreamException.class)
        .hasMessageStartingWith("there is no setting 'htp.port'; did you mean http.port");
    assertThatThrownBy(() -> BrokerSettings.of(Map.of("log.retention.ms", "1")))
        .hasMessageContaining("topic.defaults.retention.ms");
    assertThatThrownBy(() -> BrokerSettings.of(Map.of("zzz", "1")))
        .hasMessage("there is no setting 'zzz'");
  }

  @Test
  void shouldTakeTopicDefaultsWhereATopicSetsNothing() {
    // given
    SettingValues broker =
        BrokerSettings.of(
            Map.of(
                "topic.defaults.retention.ms", "5000",
                "topic.defaults.segment.bytes", "4096"));
    SettingValues topic = TopicSettings.of(Map.of("retention.ms", "7000"));

    // when
    SettingValues effective = TopicDefaults.of(broker).effective(topic);

    // then
    assertThat(effective.get(TopicSettings.RETENTION_MS)).isEqualTo(7000L);
    assertThat(effective.get(TopicSettings.SEGMENT_BYTES)).isEqualTo(4096);
    assertThat(effective.get(TopicSettings.FLUSH_MS)).isEqualTo(1000L);
    assertThat(TopicDefaults.of(BrokerSettings.of(Map.of())).effective(topic)).isSameAs(topic);
  }

  @Test
  void shouldFindNothingSimilarToNonsense() {
    assertThat(SimilarNames.to("completely.other", List.of("http.port", "data.dir"))).isEmpty();
    assertThat(SimilarNames.to("HTTP_PORT", List.of("http.port", "data.dir")))
        .containsExactly("http.port");
    assertThat(SimilarNames.to("http", List.of("http.port", "http.host", "data.dir")))
        .containsExactly("http.host", "http.port");
  }
}
