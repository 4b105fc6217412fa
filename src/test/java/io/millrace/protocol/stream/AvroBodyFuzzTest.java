package io.millrace.protocol.stream;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** Any bytes behind the header of each message in turn. */
final class AvroBodyFuzzTest {

  private final CodecProbe probe = new CodecProbe();

  /** The first byte chooses the message, so that the fuzzer need not guess fingerprints. */
  @FuzzTest
  void shouldSurviveAnyAvroBody(byte[] data) {
    if (data.length > 0) {
      MessageType[] types = MessageType.values();
      ByteBuf frame = Unpooled.buffer();
      AvroCodec.writeHeader(types[(data[0] & 0xFF) % types.length], frame);
      frame.writeBytes(data, 1, data.length - 1);
      probe.check(WireFormat.AVRO, frame.nioBuffer());
    }
  }
}
