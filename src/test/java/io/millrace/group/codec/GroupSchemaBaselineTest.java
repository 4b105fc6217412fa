package io.millrace.group.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.SchemaFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GroupSchemaBaselineTest {
  @Test
  void shouldKeepWhatIsWrittenAsTheNewestBaseline() throws IOException {
    // given
    List<String> releases = ValueSchemas.RELEASES;
    String newest = releases.get(releases.size() - 1);
    Path target = Path.of("target", "group-schemas");
    Files.createDirectories(target);
    for (Kind kind : Kind.values()) {
      Schema schema = ValueSchemas.current(kind);
      Files.writeString(
          target.resolve(schema.getName() + ".avsc"),
          SchemaFormatter.format("json/pretty", schema) + "\n");
    }

    // then
    assertThat(Kind.values())
        .allSatisfy(
            kind ->
                assertThat(ValueSchemas.released(newest, ValueSchemas.current(kind).getName()))
                    .as(
                        "before a release: copy target/group-schemas/ to"
                            + " src/main/resources/group-schemas/%s/; after it: to a new folder,"
                            + " named in ValueSchemas.RELEASES",
                        newest)
                    .map(ValueSchemas::fingerprint)
                    .contains(ValueSchemas.fingerprint(ValueSchemas.current(kind))));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldReadWhatEveryReleaseWrote(Kind kind) {
    // given
    Schema current = ValueSchemas.current(kind);

    // when
    Stream<Schema> released =
        ValueSchemas.RELEASES.stream()
            .map(release -> ValueSchemas.released(release, current.getName()))
            .flatMap(Optional::stream);

    // then
    ValueSchemas schemas = new ValueSchemas();
    assertThat(released)
        .isNotEmpty()
        .allSatisfy(
            old -> {
              assertThat(SchemaCompatibility.checkReaderWriterCompatibility(current, old).getType())
                  .isEqualTo(SchemaCompatibilityType.COMPATIBLE);
              assertThat(schemas.writer(kind, ValueSchemas.fingerprint(old))).isNotNull();
            });
  }

  @Test
  void shouldDocumentEveryField() {
    assertThat(Arrays.stream(Kind.values()).map(ValueSchemas::current))
        .allSatisfy(
            schema ->
                assertThat(schema.getFields())
                    .allSatisfy(
                        field ->
                            assertThat(Objects.requireNonNullElse(field.doc(), ""))
                                .as(field.name())
                                .endsWith(".")));
  }
}
