package io.millrace.metadata.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.metadata.MetadataRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.SchemaFormatter;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SchemaBaselineTest {
  private static final String TOPIC_ID = "AAAAAAAAAAEAAAAAAAAAAg";

  static Stream<Schema> released() {
    return MetadataRecordCodec.RELEASES.stream()
        .flatMap(
            release ->
                MetadataRecordCodec.CURRENT.stream()
                    .flatMap(
                        schema ->
                            MetadataRecordCodec.released(release, schema.getName()).stream()));
  }

  @Test
  void shouldKeepWhatIsWrittenAsTheNewestBaseline() throws IOException {
    // given
    String newest = MetadataRecordCodec.RELEASES.get(MetadataRecordCodec.RELEASES.size() - 1);
    Path target = Path.of("target", "metadata-schemas");
    Files.createDirectories(target);
    for (Schema schema : MetadataRecordCodec.CURRENT) {
      Files.writeString(
          target.resolve(schema.getName() + ".avsc"),
          SchemaFormatter.format("json/pretty", schema) + "\n");
    }

    // then
    assertThat(MetadataRecordCodec.CURRENT)
        .allSatisfy(
            schema ->
                assertThat(MetadataRecordCodec.released(newest, schema.getName()))
                    .as(
                        "before a release: copy target/metadata-schemas/ to"
                            + " src/main/resources/metadata-schemas/%s/; after it: to a new folder,"
                            + " named in MetadataRecordCodec.RELEASES",
                        newest)
                    .extracting(SchemaNormalization::parsingFingerprint64)
                    .containsExactly(SchemaNormalization.parsingFingerprint64(schema)));
  }

  @ParameterizedTest
  @MethodSource("released")
  void shouldReadEveryReleasedSchema(Schema released) {
    // given
    Schema current =
        MetadataRecordCodec.CURRENT.stream()
            .filter(schema -> schema.getName().equals(released.getName()))
            .findFirst()
            .orElseThrow();

    // then
    assertThat(SchemaCompatibility.checkReaderWriterCompatibility(current, released).getType())
        .isEqualTo(SchemaCompatibilityType.COMPATIBLE);
  }

  @ParameterizedTest
  @MethodSource("released")
  void shouldDecodeWhatEveryReleaseWrote(Schema released) throws IOException {
    // given
    byte[] bytes = written(released);

    // when
    MetadataRecord record = new MetadataRecordCodec().decode(bytes);

    // then
    assertThat(record.getClass().getSimpleName()).isEqualTo(released.getName());
  }

  /** What a program that knows only the old schema would write. */
  private static byte[] written(Schema schema) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(
        ByteBuffer.allocate(10)
            .putShort((short) 0xC301)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(SchemaNormalization.parsingFingerprint64(schema))
            .array());
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    new GenericDatumWriter<>(schema).write(sample(schema, ""), encoder);
    encoder.flush();
    return out.toByteArray();
  }

  private static Object sample(Schema schema, String field) {
    return switch (schema.getType()) {
      case RECORD -> {
        GenericData.Record record = new GenericData.Record(schema);
        schema
            .getFields()
            .forEach(inner -> record.put(inner.name(), sample(inner.schema(), inner.name())));
        yield record;
      }
      case ARRAY -> List.of(sample(schema.getElementType(), field));
      case MAP -> java.util.Map.of("retention.ms", "1");
      case STRING ->
          switch (field) {
            case "topicId" -> TOPIC_ID;
            case "listener" -> "HTTP";
            default -> "text";
          };
      case UNION -> sample(schema.getTypes().get(1), field);
      case INT -> 1;
      case LONG -> 1L;
      case BOOLEAN -> true;
      default -> throw new IllegalStateException("add a sample for " + schema);
    };
  }
}
