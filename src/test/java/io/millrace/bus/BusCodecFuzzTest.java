package io.millrace.bus;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.millrace.model.StreamException;
import io.millrace.model.TimeSource;
import io.vertx.core.buffer.Buffer;

/** Any bytes as a message from another node: a message or a clear error, never anything else. */
final class BusCodecFuzzTest {
  private final BusCodec codec = new BusCodec(TimeSource.SYSTEM);

  @FuzzTest
  void shouldSurviveAnyBytes(byte[] data) {
    try {
      BusMessage message = codec.decodeFromWire(0, Buffer.buffer(data));
      codec.encodeToWire(Buffer.buffer(), message);
    } catch (StreamException e) {
      if (e.getMessage() == null || e.getMessage().isEmpty()) {
        throw new AssertionError("an error that says nothing", e);
      }
    }
  }
}
