package io.millrace.protocol.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.protocol.stream.message.Credit;
import io.millrace.protocol.stream.message.Ping;
import io.millrace.protocol.stream.message.Produce;
import io.millrace.protocol.stream.message.Records;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.apache.avro.specific.SpecificRecord;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

final class MessageCodecTest {
  private final MessageCodec codec = new MessageCodec(new DecodeLimits(100, 8));

  @Test
  void shouldWriteAvroAsTheSpecificationSays() throws Exception {
    // given
    Credit credit = new Credit(7, 100L, 65_536L);

    // when
    ByteBuffer encoded = encoded(credit);

    // then
    assertThat(encoded).isEqualTo(credit.toByteBuffer());
  }

  @Test
  void shouldHandOutTheBatchAsAViewOfTheFrame() {
    // given
    ByteBuffer frame = encoded(new Produce(1L, "flights", 2, -1, 0, bytes(1, 2, 3)));

    // when
    Produce produce = (Produce) codec.decode(WireFormat.AVRO, frame);
    frame.put(frame.limit() - 1, (byte) 9);

    // then
    assertThat(produce.getBatch()).isEqualTo(bytes(1, 2, 9));
  }

  @Test
  void shouldWriteTheHeaderOfAProduceAsTheWholeMessageHasIt() {
    // given
    ByteBuf target = Unpooled.buffer();

    // when
    MessageCodec.encodeProduceHeader(1L, "flights", 2, -1, 30_000, 3, target);
    target.writeBytes(bytes(1, 2, 3));

    // then
    assertThat(target.nioBuffer())
        .isEqualTo(encoded(new Produce(1L, "flights", 2, -1, 30_000, bytes(1, 2, 3))));
  }

  @Test
  void shouldWriteThePartsOfRecordsAsTheWholeMessageHasThem() {
    // given
    RecordsRange range = new RecordsRange("flights", "id", 2, 10, 12, 5, 2, 3, true);
    ByteBuf target = Unpooled.buffer();

    // when
    RecordsEncoder.encodePrefix(WireFormat.AVRO, 7, target);
    RecordsEncoder.encodeAvroBody(range, 3, target);
    target.writeBytes(bytes(1, 2, 3));

    // then
    assertThat(target.nioBuffer())
        .isEqualTo(
            encoded(new Records(7, "flights", "id", 2, 10L, 12L, 5, 2L, 3L, true, bytes(1, 2, 3))));
  }

  @Test
  void shouldNotKnowAFingerprintThatNoMessageHas() {
    // given
    ByteBuffer frame = bytes(0xC3, 1, 1, 2, 3, 4, 5, 6, 7, 8, 0);

    // when / then
    assertFails(ErrorCode.UNKNOWN_MESSAGE, "0807060504030201", () -> decode(frame));
  }

  @Test
  void shouldRefuseBytesBehindAMessage() {
    // given
    ByteBuffer frame = Unpooled.copiedBuffer(encoded(new Ping(0L)), bytes(0)).nioBuffer();

    // when / then
    assertFails(ErrorCode.INVALID_REQUEST, "1 bytes follow the end of a ping", () -> decode(frame));
  }

  @Test
  void shouldNotAllocateWhatALengthPromises() {
    // given
    ByteBuffer frame = framed("initProducer", "");
    ByteBuffer hugeString = framed("deleteTopic", "02 FEFFFFFF0F");
    ByteBuffer negative = framed("deleteTopic", "02 01");
    ByteBuffer hugeArray = framed("getMetadata", "02 FEFFFFFF0F");
    ByteBuffer manyBlocks =
        framed("getMetadata", "02" + " C801".concat(" 00".repeat(100)) + " 02 00");

    // when / then
    assertFails(ErrorCode.INVALID_REQUEST, "ends in the middle", () -> decode(frame));
    assertFails(ErrorCode.INVALID_REQUEST, "2147483647 bytes", () -> decode(hugeString));
    assertFails(ErrorCode.INVALID_REQUEST, "-1 bytes", () -> decode(negative));
    assertFails(ErrorCode.INVALID_REQUEST, "2147483647 entries", () -> decode(hugeArray));
    assertFails(ErrorCode.INVALID_REQUEST, "more than 100 entries", () -> decode(manyBlocks));
  }

  @Test
  void shouldRefuseNumbersAndTextsThatAreNone() {
    // given
    ByteBuffer endless = framed("initProducer", "FF".repeat(11));
    ByteBuffer wide = framed("unsubscribe", "8080808080 01");
    ByteBuffer text = framed("deleteTopic", "02 02 FF");

    // when / then
    assertFails(ErrorCode.INVALID_REQUEST, "longer than 10 bytes", () -> decode(endless));
    assertFails(ErrorCode.INVALID_REQUEST, "32-bit", () -> decode(wide));
    assertFails(ErrorCode.INVALID_REQUEST, "not UTF-8", () -> decode(text));
  }

  private ByteBuffer framed(String type, String bodyHex) {
    ByteBuf frame = Unpooled.buffer();
    AvroCodec.writeHeader(MessageType.ofJsonName(type).orElseThrow(), frame);
    frame.writeBytes(HexFormat.of().parseHex(bodyHex.replace(" ", "")));
    return frame.nioBuffer();
  }

  private SpecificRecord decode(ByteBuffer frame) {
    return codec.decode(WireFormat.AVRO, frame);
  }

  private ByteBuffer encoded(SpecificRecord message) {
    ByteBuf target = Unpooled.buffer();
    codec.encode(WireFormat.AVRO, message, target);
    return target.nioBuffer();
  }

  private static ByteBuffer bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return ByteBuffer.wrap(bytes);
  }

  private static void assertFails(ErrorCode code, String message, ThrowingCallable action) {
    assertThatThrownBy(action)
        .isInstanceOfSatisfying(
            StreamException.class, e -> assertThat(e.code()).as(e.getMessage()).isEqualTo(code))
        .hasMessageContaining(message);
  }
}
