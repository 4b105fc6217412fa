package io.millrace.protocol.stream;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;

/** Any bytes as a text message. */
final class JsonTextFuzzTest {

  private final CodecProbe probe = new CodecProbe();

  @FuzzTest
  void shouldSurviveAnyText(byte[] data) {
    probe.check(WireFormat.JSON, ByteBuffer.wrap(data));
  }
}
