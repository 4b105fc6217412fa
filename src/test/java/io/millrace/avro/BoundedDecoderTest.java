package io.millrace.avro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoundedDecoderTest {

  /** Among them two that Avro's own decoder answers with an exception that is no IOException. */
  @ParameterizedTest
  @ValueSource(longs = {4, 1L << 20, Integer.MAX_VALUE, 1L << 40, Long.MAX_VALUE})
  void shouldRefuseACountBeyondTheBytes(long count) throws IOException {
    // given
    byte[] bytes = numbers(count, 1, 1);

    // then
    assertThatThrownBy(() -> decoder(bytes).readArrayStart()).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> decoder(bytes).arrayNext()).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> decoder(bytes).readMapStart()).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> decoder(bytes).mapNext()).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> decoder(bytes).skipArray()).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> decoder(bytes).skipMap()).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> decoder(bytes).readString()).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> decoder(bytes).readBytes(null)).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> decoder(bytes).skipBytes()).isInstanceOf(EOFException.class);
  }

  @ParameterizedTest
  @ValueSource(longs = {-4, -(1L << 40), Long.MIN_VALUE})
  void shouldRefuseABlockWithASizeWhoseCountIsBeyondTheBytes(long count) throws IOException {
    // given
    byte[] bytes = numbers(count, 2, 1, 1);

    // then
    assertThatThrownBy(() -> decoder(bytes).readArrayStart()).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> decoder(bytes).readMapStart()).isInstanceOf(EOFException.class);
  }

  @Test
  void shouldRefuseABlockWhoseSizeIsBeyondTheBytes() throws IOException {
    // given
    byte[] bytes = numbers(-2, 1L << 33, 1, 1);

    // then
    assertThatThrownBy(() -> decoder(bytes).readArrayStart()).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> decoder(bytes).skipArray()).isInstanceOf(EOFException.class);
  }

  @Test
  void shouldReadBlocksWithAndWithoutASize() throws IOException {
    // given
    BoundedDecoder decoder = decoder(numbers(-2, 2, 7, 8, 1, 9, 0));

    // then
    assertThat(decoder.readArrayStart()).isEqualTo(2);
    assertThat(decoder.readLong()).isEqualTo(7);
    assertThat(decoder.readLong()).isEqualTo(8);
    assertThat(decoder.arrayNext()).isEqualTo(1);
    assertThat(decoder.readLong()).isEqualTo(9);
    assertThat(decoder.arrayNext()).isZero();
    assertThat(decoder.isEnd()).isTrue();
  }

  @Test
  void shouldSkipBlocksThatGiveTheirSize() throws IOException {
    // given
    BoundedDecoder decoder = decoder(numbers(-2, 2, 7, 8, -1, 1, 9, 0, 5));

    // then
    assertThat(decoder.skipArray()).isZero();
    assertThat(decoder.readLong()).isEqualTo(5);
  }

  private static BoundedDecoder decoder(byte[] bytes) {
    return new BoundedDecoder(bytes, 0, bytes.length);
  }

  private static byte[] numbers(long... numbers) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    for (long number : numbers) {
      encoder.writeLong(number);
    }
    encoder.flush();
    return bytes.toByteArray();
  }
}
