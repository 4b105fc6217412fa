package io.millrace.protocol.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.SchemaNormalization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Messages are told apart by the fingerprint of their schema, so within a protocol version no
 * schema may change. {@code src/test/resources/schemas/v1} holds what version 1 is.
 */
final class SchemaBaselineTest {
  @Test
  void shouldNeverChangeTheHandshake() {
    // then
    assertThat(MessageType.HELLO.fingerprint()).isEqualTo(0x5F057C803A27257BL);
    assertThat(MessageType.WELCOME.fingerprint()).isEqualTo(0x16A22CD654D7FB11L);
  }

  @ParameterizedTest
  @EnumSource
  void shouldWriteVersionOneAsItsBaselineSays(MessageType type) throws IOException {
    // given
    Schema baseline = baseline(type);

    // then
    assertThat(type.fingerprint())
        .as(
            "%s differs from schemas/v1: before the first release update the baseline; after it,"
                + " a changed message belongs to a new protocol version",
            type.jsonName())
        .isEqualTo(SchemaNormalization.parsingFingerprint64(baseline));
  }

  @ParameterizedTest
  @EnumSource
  void shouldReadWhatTheBaselineWrote(MessageType type) throws IOException {
    // when
    SchemaCompatibilityType compatibility =
        SchemaCompatibility.checkReaderWriterCompatibility(type.schema(), baseline(type)).getType();

    // then
    assertThat(compatibility).isEqualTo(SchemaCompatibilityType.COMPATIBLE);
  }

  private static Schema baseline(MessageType type) throws IOException {
    Schema.Parser parser = new Schema.Parser();
    // Schemas that others refer to by name.
    for (String shared :
        new String[] {"Pause", "Subscribe", "Subscribed", "PlainRecord", "Commit", "Committed"}) {
      parse(parser, shared);
    }
    String name = type.schema().getName();
    Schema known = parser.getTypes().get(type.schema().getFullName());
    return known != null ? known : parse(parser, name);
  }

  private static Schema parse(Schema.Parser parser, String name) throws IOException {
    try (InputStream file =
        SchemaBaselineTest.class.getResourceAsStream("/schemas/v1/" + name + ".avsc")) {
      assertThat(file).as("baseline of %s", name).isNotNull();
      return parser.parse(file);
    }
  }
}
