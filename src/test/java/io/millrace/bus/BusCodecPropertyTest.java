package io.millrace.bus;

import io.millrace.model.StreamException;
import io.millrace.model.TimeSource;
import io.vertx.core.buffer.Buffer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Messages with bytes changed: a message or a clear error. */
class BusCodecPropertyTest {
  private final BusCodec codec = new BusCodec(TimeSource.SYSTEM);

  @Property(tries = 2_000)
  void shouldSurviveChangedBytes(
      @ForAll @IntRange(max = 10) int which,
      @ForAll @Size(min = 1, max = 4) int[] positions,
      @ForAll byte value) {
    // given
    Buffer buffer = Buffer.buffer();
    BusMessage message =
        BusCodecTest.messagesWithoutRecords().skip(which).findFirst().orElseThrow();
    codec.encodeToWire(buffer, message);

    // when // then
    for (int position : positions) {
      buffer.setByte(Math.floorMod(position, buffer.length()), value);
    }
    try {
      codec.decodeFromWire(0, buffer);
    } catch (StreamException e) {
      if (!e.getMessage().contains("malformed") && !e.getMessage().contains("acks")) {
        throw e;
      }
    }
  }
}
