package io.millrace.protocol.stream;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;

/** Any bytes as a whole binary frame. */
final class AvroFrameFuzzTest {

  private final CodecProbe probe = new CodecProbe();

  @FuzzTest
  void shouldSurviveAnyBinaryFrame(byte[] data) {
    probe.check(WireFormat.AVRO, ByteBuffer.wrap(data));
  }
}
