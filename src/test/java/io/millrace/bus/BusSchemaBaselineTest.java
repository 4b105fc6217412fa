package io.millrace.bus;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.specific.SpecificData;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Nodes of two releases talk to each other while a cluster is upgraded, and no frame carries its
 * schema. So a message is what its baseline in {@code src/test/resources/schemas/bus} says, and a
 * changed one is another kind of frame.
 */
class BusSchemaBaselineTest {
  private static final Path SCHEMAS = Path.of("src/main/avro/bus");
  private static final Path BASELINES = Path.of("src/test/resources/schemas/bus");

  /** What others name comes first: a partition, then what the controller is asked and answers. */
  private static final String SHARED = "ControlPartition";

  private static final List<String> ENVELOPES = List.of("ControllerQuestion", "ControllerAnswer");

  static Stream<String> messages() throws IOException {
    return names(SCHEMAS);
  }

  private static Stream<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString().replace(".avsc", ""))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("messages")
  void shouldBeAsItsBaselineSays(String message) throws Exception {
    // given
    Class<?> type = Class.forName("io.millrace.bus.message." + message);

    // when
    Schema schema = SpecificData.get().getSchema(type);

    // then
    assertThat(SchemaNormalization.toParsingForm(schema))
        .as(
            "%s differs from %s: before the first release copy it there; after it, a changed"
                + " message is another kind of frame",
            message, BASELINES)
        .isEqualTo(SchemaNormalization.toParsingForm(baseline(message)));
  }

  @ParameterizedTest
  @MethodSource("baselines")
  void shouldKeepWhatEarlierReleasesSend(String message) {
    // when // then
    assertThat(SCHEMAS.resolve(message + ".avsc")).exists();
  }

  static Stream<String> baselines() throws IOException {
    return names(BASELINES);
  }

  private static Schema baseline(String name) throws IOException {
    assertThat(BASELINES.resolve(name + ".avsc"))
        .as("copy %s there if it is new", SCHEMAS.resolve(name + ".avsc"))
        .exists();
    Schema.Parser parser = new Schema.Parser();
    parse(parser, SHARED);
    if (ENVELOPES.contains(name)) {
      for (String content : baselines().toList()) {
        if (content.matches(".*(Ask|Answer)") && !ENVELOPES.contains(content)) {
          parse(parser, content);
        }
      }
    }
    return name.equals(SHARED) ? parse(new Schema.Parser(), name) : parse(parser, name);
  }

  private static Schema parse(Schema.Parser parser, String name) throws IOException {
    return parser.parse(Files.readString(BASELINES.resolve(name + ".avsc")));
  }
}
