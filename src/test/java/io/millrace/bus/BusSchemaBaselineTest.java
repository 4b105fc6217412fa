package io.millrace.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.bus.message.AppendReply;
import io.millrace.bus.message.AppendRequest;
import io.millrace.bus.message.CoordinatorAnswer;
import io.millrace.bus.message.CoordinatorQuestion;
import io.millrace.bus.message.DeleteRecordsReply;
import io.millrace.bus.message.DeleteRecordsRequest;
import io.millrace.bus.message.FindOffsetsReply;
import io.millrace.bus.message.FindOffsetsRequest;
import io.millrace.bus.message.ForgetRequest;
import io.millrace.bus.message.HelloAnswer;
import io.millrace.bus.message.MetadataFetchAnswer;
import io.millrace.bus.message.MetadataFetchQuestion;
import io.millrace.bus.message.RaftLetter;
import io.millrace.bus.message.ReadReply;
import io.millrace.bus.message.ReadRequest;
import io.millrace.bus.message.ReadWoken;
import java.io.IOException;
import java.io.InputStream;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Nodes of two releases talk to each other while a cluster is upgraded, so each schema must read
 * what its baseline in {@code src/test/resources/schemas/bus} wrote, and the other way round.
 */
class BusSchemaBaselineTest {
  static Stream<Schema> schemas() {
    return Stream.of(
        AppendRequest.getClassSchema(),
        AppendReply.getClassSchema(),
        ReadRequest.getClassSchema(),
        ReadReply.getClassSchema(),
        ReadWoken.getClassSchema(),
        ForgetRequest.getClassSchema(),
        HelloAnswer.getClassSchema(),
        io.millrace.bus.message.HelloRequest.getClassSchema(),
        MetadataFetchQuestion.getClassSchema(),
        MetadataFetchAnswer.getClassSchema(),
        RaftLetter.getClassSchema(),
        FindOffsetsRequest.getClassSchema(),
        FindOffsetsReply.getClassSchema(),
        CoordinatorAnswer.getClassSchema(),
        CoordinatorQuestion.getClassSchema(),
        DeleteRecordsRequest.getClassSchema(),
        DeleteRecordsReply.getClassSchema());
  }

  @ParameterizedTest
  @MethodSource("schemas")
  void shouldBeReadableBothWays(Schema schema) throws IOException {
    // given
    Schema baseline = baseline(schema.getName());

    // when // then
    assertThat(compatibility(schema, baseline)).isEqualTo(SchemaCompatibilityType.COMPATIBLE);
    assertThat(compatibility(baseline, schema)).isEqualTo(SchemaCompatibilityType.COMPATIBLE);
  }

  private static SchemaCompatibilityType compatibility(Schema reader, Schema writer) {
    return SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getType();
  }

  private static Schema baseline(String name) throws IOException {
    try (InputStream file =
        BusSchemaBaselineTest.class.getResourceAsStream("/schemas/bus/" + name + ".avsc")) {
      assertThat(file).as("baseline of %s", name).isNotNull();
      return new Schema.Parser().parse(file);
    }
  }
}
