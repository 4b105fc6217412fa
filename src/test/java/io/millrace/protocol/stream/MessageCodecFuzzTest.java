package io.millrace.protocol.stream;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.avro.specific.SpecificRecord;

/** Whatever the bytes are, the decoders read them or name an error; what they read, they write. */
final class MessageCodecFuzzTest {
  private final MessageCodec codec = new MessageCodec(DecodeLimits.DEFAULT);

  /** The first byte chooses the message, so that the fuzzer need not guess fingerprints. */
  @FuzzTest
  void shouldSurviveAnyAvroBody(byte[] data) {
    if (data.length > 0) {
      MessageType[] types = MessageType.values();
      ByteBuf frame = Unpooled.buffer();
      AvroCodec.writeHeader(types[(data[0] & 0xFF) % types.length], frame);
      frame.writeBytes(data, 1, data.length - 1);
      check(WireFormat.AVRO, frame.nioBuffer());
    }
  }

  @FuzzTest
  void shouldSurviveAnyBinaryFrame(byte[] data) {
    check(WireFormat.AVRO, ByteBuffer.wrap(data));
  }

  @FuzzTest
  void shouldSurviveAnyText(byte[] data) {
    check(WireFormat.JSON, ByteBuffer.wrap(data));
  }

  @FuzzTest
  void shouldSurviveAnyResumeToken(byte[] data) {
    try {
      ResumeToken token = ResumeToken.parse(new String(data, StandardCharsets.ISO_8859_1));
      if (!ResumeToken.parse(token.toText()).equals(token)) {
        throw new AssertionError("a token changed: " + token);
      }
    } catch (StreamException e) {
      require(e, e.code() == ErrorCode.INVALID_RESUME_TOKEN);
    }
  }

  private void check(WireFormat format, ByteBuffer frame) {
    try {
      SpecificRecord message = codec.decode(format, frame);
      ByteBuf again = Unpooled.buffer();
      codec.encode(WireFormat.AVRO, message, again);
      if (!codec.decode(WireFormat.AVRO, again.nioBuffer()).equals(message)) {
        throw new AssertionError("a message changed: " + message);
      }
    } catch (StreamException e) {
      require(e, e.code() == ErrorCode.INVALID_REQUEST || e.code() == ErrorCode.UNKNOWN_MESSAGE);
    }
  }

  private static void require(StreamException e, boolean expected) {
    if (!expected) {
      throw new AssertionError("unexpected " + e.code(), e);
    }
  }
}
