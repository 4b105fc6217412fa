package io.millrace.protocol.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The page that strangers write clients from says what the codecs do. */
final class StreamProtocolDocTest {
  private static final Path PAGE = Path.of("docs/stream-protocol.md");
  private static final Pattern EXAMPLES = Pattern.compile("```json\n(.*?)\n```", Pattern.DOTALL);

  @Test
  void shouldShowOnlyExamplesThatCanBeRead() throws IOException {
    // given
    MessageCodec codec = new MessageCodec(DecodeLimits.DEFAULT);
    List<SpecificRecord> read = new ArrayList<>();

    // when
    Matcher examples = EXAMPLES.matcher(Files.readString(PAGE));
    while (examples.find()) {
      for (String line : examples.group(1).split("\n")) {
        ByteBuffer text = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
        read.add(codec.decode(WireFormat.JSON, text));
      }
    }

    // then
    assertThat(read).hasSizeGreaterThan(MessageType.values().length - 2);
  }

  @ParameterizedTest
  @EnumSource
  void shouldDescribeEveryMessageAndField(MessageType type) throws IOException {
    // given
    String page = Files.readString(PAGE);

    // when
    int start = page.indexOf("### " + type.jsonName() + "\n");
    String section = page.substring(start, page.indexOf("\n## ", start));

    // then
    assertThat(start).as("section of %s", type.jsonName()).isNotNegative();
    assertThat(type.schema().getFields())
        .extracting(Schema.Field::name)
        .allSatisfy(name -> assertThat(section).contains("| `" + name + "` |"));
    String fingerprint = String.format("%016x", Long.reverseBytes(type.fingerprint()));
    assertThat(page).contains("| `" + type.jsonName() + "` | `" + fingerprint + "` |");
  }
}
