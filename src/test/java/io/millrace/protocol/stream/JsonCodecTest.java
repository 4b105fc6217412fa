package io.millrace.protocol.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.protocol.stream.message.Credit;
import io.millrace.protocol.stream.message.PlainRecord;
import io.millrace.protocol.stream.message.ProduceRecords;
import io.millrace.protocol.stream.message.Subscribe;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonCodecTest {
  private final MessageCodec codec = new MessageCodec(new DecodeLimits(10, 8));

  @Test
  void shouldWriteLongsAsStringsAndLeaveNullsOut() {
    // given
    SpecificRecord error =
        new io.millrace.protocol.stream.message.Error(
            1L << 60, null, 3, "UNKNOWN_TOPIC_OR_PARTITION", true, "no \"x\"");
    ByteBuf target = Unpooled.buffer();

    // when
    codec.encode(WireFormat.JSON, error, target);

    // then
    assertThat(target.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"type\":\"error\",\"requestId\":\"1152921504606846976\",\"code\":3,"
                + "\"name\":\"UNKNOWN_TOPIC_OR_PARTITION\",\"retriable\":true,"
                + "\"message\":\"no \\\"x\\\"\"}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"credit\",\"streamId\":7,\"records\":100,\"bytes\":65536}",
        "{\"type\":\"credit\",\"streamId\":7,\"records\":\"100\",\"bytes\":\"65536\"}",
        " { \"bytes\" : 65536 , \"records\" : 100 , \"streamId\" : 7 , \"type\" : \"credit\" } "
      })
  void shouldReadNumbersInBothWaysAndMembersInAnyOrder(String text) {
    // when
    SpecificRecord message = decode(text);

    // then
    assertThat(message).isEqualTo(new Credit(7, 100L, 65_536L));
  }

  @Test
  void shouldFillWhatIsMissingWithDefaults() {
    // when
    Subscribe subscribe =
        (Subscribe) decode("{\"type\":\"subscribe\",\"streamId\":1,\"topics\":[\"flights\"]}");

    // then
    assertThat(subscribe.getStart()).isEqualTo("latest");
    assertThat(subscribe.getOnSlow()).isEqualTo("wait");
    assertThat(subscribe.getPattern()).isNull();
    assertThat(subscribe.getCreditRecords()).isZero();
  }

  static Stream<Arguments> formsOfBytes() {
    return Stream.of(
        Arguments.of("\"value\":\"a\\u00e9\\n\"", "aé\n"),
        Arguments.of("\"valueBase64\":\"AQID\"", "\u0001\u0002\u0003"),
        Arguments.of(
            "\"valueJson\":{\"a\" : [1, 2.50,\"\\u0041\"] }", "{\"a\" : [1, 2.50,\"\\u0041\"] }"),
        Arguments.of("\"valueJson\": -1.50e+3 ", "-1.50e+3"),
        Arguments.of("\"valueJson\":12", "12"),
        Arguments.of("\"valueJson\": \"x\\\"y\" ", "\"x\\\"y\""),
        Arguments.of("\"valueJson\":null", "null"),
        Arguments.of("\"valueJson\":true", "true"),
        Arguments.of("\"valueJson\": [] ", "[]"));
  }

  @ParameterizedTest
  @MethodSource("formsOfBytes")
  void shouldTakeBytesExactlyAsTheyWereMeant(String member, String expected) {
    // when
    PlainRecord record = onlyRecord("{" + member + ",\"key\":\"ATL\"}");

    // then
    assertThat(text(record.getValue())).isEqualTo(expected);
    assertThat(text(record.getKey())).isEqualTo("ATL");
  }

  @Test
  void shouldKeepATombstoneAndAMissingKeyNull() {
    // when
    PlainRecord record = onlyRecord("{\"value\":null}");

    // then
    assertThat(record.getValue()).isNull();
    assertThat(record.getKey()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]|is a JSON object",
        "{\"streamId\":1}|no \"type\"",
        "{\"type\":\"credit\",\"streamId\":1,\"record\":1,\"bytes\":1}|has no 'record'",
        "{\"type\":\"credit\",\"streamId\":1,\"records\":1}|credit.bytes is missing",
        "{\"type\":\"credit\",\"streamId\":1,\"streamId\":1}|given twice",
        "{\"type\":\"credit\",\"streamId\":3000000000}|credit.streamId is not a 32-bit",
        "{\"type\":\"credit\",\"streamId\":1.5}|credit.streamId is not",
        "{\"type\":\"credit\",\"streamId\":1,\"records\":99999999999999999999}|64-bit",
        "{\"type\":\"ping\"} {}|follows the end",
        "{\"type\":\"ping\"|not JSON",
        "{\"type\":\"getMetadata\",\"requestId\":1,\"topics\":[1]}|topics[0] is not a string",
        "{\"type\":\"ping\",\"nonce\":[[[[[[[[[]]]]]]]]]}|not a 64-bit",
        "{\"nonce\":[[[[[[[[[]]]]]]]]],\"type\":\"ping\"}|epth",
        "{\"type\":\"produceRecords\",\"requestId\":1,\"topic\":\"t\",\"records\":[{\"value\":{}}]}|valueJson",
        "{\"type\":\"produceRecords\",\"requestId\":1,\"topic\":\"t\",\"records\":[{\"value\":\"\\ud800\"}]}|valueBase64",
        "{\"type\":\"produceRecords\",\"requestId\":1,\"topic\":\"t\",\"records\":[{\"keyBase64\":\"%\"}]}|base64"
      })
  void shouldSayWhatIsWrong(String text, String expected) {
    // when / then
    assertThatThrownBy(() -> decode(text))
        .isInstanceOfSatisfying(
            StreamException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST))
        .hasMessageContaining(expected);
  }

  @Test
  void shouldListTheMessagesWhenATypeIsNotKnown() {
    // when / then
    assertThatThrownBy(() -> decode("{\"type\":\"subscibe\"}"))
        .isInstanceOfSatisfying(
            StreamException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNKNOWN_MESSAGE))
        .hasMessageContaining("subscribe, ");
  }

  @Test
  void shouldBoundTheEntriesOfAMessage() {
    // given
    String topics = "\"t\",".repeat(10) + "\"t\"";

    // when / then
    assertThatThrownBy(
            () -> decode("{\"type\":\"getMetadata\",\"requestId\":1,\"topics\":[" + topics + "]}"))
        .hasMessageContaining("more than 10 entries");
  }

  private PlainRecord onlyRecord(String record) {
    String text =
        "{\"type\":\"produceRecords\",\"requestId\":\"1\",\"topic\":\"t\",\"records\":["
            + record
            + "]}";
    List<PlainRecord> records = ((ProduceRecords) decode(text)).getRecords();
    assertThat(records).hasSize(1);
    return records.get(0);
  }

  private SpecificRecord decode(String text) {
    return codec.decode(WireFormat.JSON, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static String text(ByteBuffer bytes) {
    return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
  }
}
