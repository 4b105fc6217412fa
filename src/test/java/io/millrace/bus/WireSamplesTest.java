package io.millrace.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.TimeSource;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A message of each kind can be sent, and the fuzzer of the codec has one of each to begin with.
 */
class WireSamplesTest {
  private static final Path SEEDS =
      Path.of("src/test/resources/io/millrace/bus/BusCodecFuzzTestInputs/shouldSurviveAnyBytes");
  private static final Path MISSING = Path.of("target/bus-seeds");

  private final BusCodec codec =
      new BusCodec(
          new TimeSource() {
            @Override
            public long wallClockMs() {
              return 0;
            }

            @Override
            public long monotonicNanos() {
              return 0;
            }
          });

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "VOID")
  void shouldReadASampleOfEveryKind(WireKind kind) {
    // given
    Buffer frame = frame(kind);

    // when
    BusMessage read = codec.decodeFromWire(0, frame);

    // then
    assertThat(frame.getByte(1)).isEqualTo((byte) kind.id());
    Buffer again = Buffer.buffer();
    codec.encodeToWire(again, read);
    assertThat(again).isEqualTo(frame);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "VOID")
  void shouldHaveASeedOfEveryKind(WireKind kind) throws IOException {
    // given
    String name = kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    Files.createDirectories(MISSING);
    Files.write(MISSING.resolve(name), frame(kind).getBytes());

    // when // then
    assertThat(SEEDS.resolve(name)).as("copy %s there", MISSING.resolve(name)).exists();
    BusMessage read =
        codec.decodeFromWire(0, Buffer.buffer(Files.readAllBytes(SEEDS.resolve(name))));
    assertThat(read).isInstanceOf(WireSamples.of(kind).getClass());
    read.discard();
  }

  private Buffer frame(WireKind kind) {
    Buffer frame = Buffer.buffer();
    codec.encodeToWire(frame, WireSamples.of(kind));
    return frame;
  }
}
