package io.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.config.ListenerSettings;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.config.Setting;
import io.millrace.model.config.TopicDefaults;
import io.millrace.model.config.TopicSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationTest {
  @TempDir Path directory;

  @Test
  void shouldPreferFlagToEnvironmentToFileToDefault() throws IOException {
    // given
    Path file = file("http.port: 1\ntcp.port: 1\nnum.partitions: 3\n");
    Map<String, String> environment = Map.of("MILLRACE_HTTP_PORT", "2", "MILLRACE_TCP_PORT", "2");

    // when
    Configuration configuration =
        Configuration.load(Optional.of(file), environment, List.of("http.port=3"));

    // then
    assertThat(configuration.settings().get(ListenerSettings.HTTP_PORT)).isEqualTo(3);
    assertThat(configuration.settings().get(ListenerSettings.TCP_PORT)).isEqualTo(2);
    assertThat(configuration.settings().get(ServerSettings.NUM_PARTITIONS)).isEqualTo(3);
    assertThat(configuration.settings().get(ServerSettings.EVENT_LOOPS)).isEqualTo(0);
    assertThat(configuration.origins())
        .containsEntry("http.port", "--set http.port")
        .containsEntry("tcp.port", "environment MILLRACE_TCP_PORT")
        .containsEntry("num.partitions", file + ":3")
        .hasSize(3);
    assertThat(configuration.warnings()).isEmpty();
  }

  @Test
  void shouldReadNestedMapsDottedKeysAndLists() throws IOException {
    // given
    Path file =
        file(
            """
            http:
              port: 8081
              allowed.hosts: [a.example, "b.example:8080"]
            topic:
              defaults:
                retention.ms: 5000
            """);

    // when
    Configuration configuration = Configuration.load(Optional.of(file), Map.of(), List.of());

    // then
    assertThat(configuration.settings().get(ListenerSettings.HTTP_PORT)).isEqualTo(8081);
    assertThat(configuration.settings().get(ListenerSettings.HTTP_ALLOWED_HOSTS))
        .containsExactly("a.example", "b.example:8080");
    assertThat(
            TopicDefaults.of(configuration.settings())
                .effective(TopicSettings.of(Map.of()))
                .get(TopicSettings.RETENTION_MS))
        .isEqualTo(5000L);
  }

  @Test
  void shouldLoadTheShippedFileWithEveryLineMadeActive() throws IOException {
    // given
    String shipped = Files.readString(Path.of("conf", "server.yaml"));
    Path active = file(shipped.replaceAll("(?m)^#(?=[a-z])", ""));

    // when
    Configuration configuration = Configuration.load(Optional.of(active), Map.of(), List.of());

    // then
    assertThat(configuration.settings().given().keySet())
        .containsExactlyInAnyOrderElementsOf(
            BrokerSettings.all().stream().map(Setting::name).toList());
    assertThat(BrokerSettings.all())
        .allSatisfy(
            setting ->
                assertThat((Object) configuration.settings().get(setting))
                    .isEqualTo(setting.defaultValue()));
  }

  @Test
  void shouldTakeTheDefaultsFromAnEmptyFile() throws IOException {
    // given
    Path file = file("# nothing\n");

    // when
    Configuration configuration = Configuration.load(Optional.of(file), Map.of(), List.of());

    // then
    assertThat(configuration.settings().given()).isEmpty();
  }

  @Test
  void shouldShowEveryProblemAtOnceWithItsPlace() throws IOException {
    // given
    Path file = file("htp.port: 1\nhttp.port: many\ntcp.port: 1\ntcp: {port: 2}\ndata.dir:\n");

    // when
    AbstractThrowableAssert<?, ?> thrown =
        refused(file, Map.of("MILLRACE_EVENT_LOOPS", "-4"), "data.dir", "a=1");

    // then
    thrown.hasMessage(
        String.join(
            "\n",
            file + ":4: tcp.port is set twice, first in line 3; keep one of them",
            file + ":5: data.dir has no value; give one or take the line out",
            file + ":1: there is no setting 'htp.port'; did you mean http.port, tcp.port?",
            file + ":2: http.port is 'many', expected int, -1 to 65535 (default 8080)",
            "environment MILLRACE_EVENT_LOOPS: event.loops is '-4', expected int, 0 to 1024"
                + " (default 0)",
            "--set data.dir: expected key=value, such as --set http.port=8081",
            "--set a: there is no setting 'a'"));
  }

  @Test
  void shouldRefuseAFlagThatIsGivenTwice() {
    refused(null, Map.of(), "http.port=1", "http.port=2")
        .hasMessage("--set http.port=2: http.port is given twice, first as '1'");
  }

  @Test
  void shouldRefuseAMissingFile() {
    // given
    Path missing = directory.resolve("none.yaml");

    // then
    refused(missing, Map.of())
        .hasMessageContaining("there is no settings file " + missing.toAbsolutePath());
  }

  @Test
  void shouldRefuseADirectoryAndBytesThatAreNoText() throws IOException {
    // given
    Path binary = directory.resolve("binary.yaml");
    Files.write(binary, new byte[] {(byte) 0xc3, (byte) 0x28});

    // then
    refused(directory, Map.of()).hasMessageContaining("is a directory");
    refused(binary, Map.of()).hasMessageContaining("is not UTF-8 text");
  }

  @Test
  void shouldRefuseWhatIsNotYaml() throws IOException {
    refused(file("http.port: 1\ntcp.port: [1\n"), Map.of())
        .hasMessageMatching("(?s).*:3: not YAML: .*");
    refused(file("- http.port\n"), Map.of()).hasMessageContaining(":1: found a sequence, expected");
    refused(file("just words\n"), Map.of()).hasMessageContaining(":1: found a scalar, expected");
    refused(file("? [a]\n: 1\n"), Map.of()).hasMessageContaining(":1: a key is not a word");
    refused(file("tls.protocols: [[a]]\n"), Map.of()).hasMessageContaining("not a single word");
    refused(file("a: 1\n---\nb: 2\n"), Map.of()).hasMessageContaining("not YAML");
  }

  @Test
  void shouldRefuseAMapThatContainsItself() throws IOException {
    refused(file("http: &x\n  more: *x\n"), Map.of())
        .hasMessageContaining("is nested deeper than any setting");
  }

  @Test
  void shouldIgnoreStrangeVariablesButWarnOfLikelyMistakes() {
    // given
    Map<String, String> environment =
        Map.of("MILLRACE_SERVICE_HOST_X", "a", "MILLRACE_HTP_PORT", "1", "MILLRACE_TCP_PORT", "");

    // when
    Configuration configuration = Configuration.load(Optional.empty(), environment, List.of());

    // then
    assertThat(configuration.settings().given()).isEmpty();
    assertThat(configuration.warnings())
        .singleElement()
        .asString()
        .startsWith("the environment variable MILLRACE_HTP_PORT is no setting and is ignored")
        .contains("MILLRACE_HTTP_PORT");
  }

  private AbstractThrowableAssert<?, ?> refused(
      Path file, Map<String, String> environment, String... flags) {
    return assertThatThrownBy(
            () -> Configuration.load(Optional.ofNullable(file), environment, List.of(flags)))
        .isInstanceOfSatisfying(
            StreamException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_CONFIG));
  }

  private Path file(String content) throws IOException {
    return Files.writeString(directory.resolve("server.yaml"), content);
  }
}
