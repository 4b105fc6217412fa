package io.millrace.protocol.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.avro.specific.SpecificRecord;

final class MessageCodecPropertyTest {
  private final MessageCodec codec = new MessageCodec(DecodeLimits.DEFAULT);

  @Property(tries = 500)
  void shouldReadWhatItWrote(@ForAll long seed, @ForAll WireFormat format) {
    // given
    SpecificRecord message = new RandomMessages(seed).next();

    // when
    SpecificRecord read = codec.decode(format, encoded(format, message));

    // then
    assertThat(read).isEqualTo(message);
  }

  @Property(tries = 500)
  void shouldRefuseEveryMessageThatIsCutOff(@ForAll long seed, @ForAll WireFormat format) {
    // given
    ByteBuffer whole = encoded(format, new RandomMessages(seed).next());
    ByteBuffer cut = whole.slice(0, new Random(seed).nextInt(whole.remaining()));

    // when
    ErrorCode code = codeOfDecoding(format, cut);

    // then
    assertThat(code).isIn(ErrorCode.INVALID_REQUEST, ErrorCode.UNKNOWN_MESSAGE);
  }

  @Property(tries = 1_000)
  void shouldNameAnErrorOrReadAMessageWhenBytesAreDamaged(
      @ForAll long seed, @ForAll WireFormat format) {
    // given
    Random random = new Random(seed);
    ByteBuffer damaged = encoded(format, new RandomMessages(seed).next());
    damaged.put(random.nextInt(damaged.remaining()), (byte) random.nextInt());

    // when
    ErrorCode code = codeOfDecoding(format, damaged);

    // then
    assertThat(code).isIn(ErrorCode.NONE, ErrorCode.INVALID_REQUEST, ErrorCode.UNKNOWN_MESSAGE);
  }

  private ErrorCode codeOfDecoding(WireFormat format, ByteBuffer frame) {
    try {
      codec.decode(format, frame);
      return ErrorCode.NONE;
    } catch (StreamException e) {
      return e.code();
    }
  }

  private ByteBuffer encoded(WireFormat format, SpecificRecord message) {
    ByteBuf target = Unpooled.buffer();
    codec.encode(format, message, target);
    return target.nioBuffer();
  }
}
