package io.millrace.protocol.stream;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;

/** What every fuzzer of the decoders asks: read it or name an error; what was read, is written. */
final class CodecProbe {

  private static final Set<ErrorCode> EXPECTED =
      Set.of(ErrorCode.INVALID_REQUEST, ErrorCode.UNKNOWN_MESSAGE);

  private final MessageCodec codec = new MessageCodec(DecodeLimits.DEFAULT);

  void check(WireFormat format, ByteBuffer frame) {
    try {
      SpecificRecord message = codec.decode(format, frame);
      ByteBuf again = Unpooled.buffer();
      codec.encode(WireFormat.AVRO, message, again);
      if (!codec.decode(WireFormat.AVRO, again.nioBuffer()).equals(message)) {
        throw new AssertionError("a message changed: " + message);
      }
    } catch (StreamException e) {
      if (!EXPECTED.contains(e.code())) {
        throw new AssertionError("unexpected " + e.code(), e);
      }
    }
  }
}
