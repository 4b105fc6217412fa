package io.millrace.cluster;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BusFrameCheckTest {
  private static final int MAX = 10_000;

  private final BusFrameCheck check = new BusFrameCheck(MAX);

  private static Buffer text(Buffer out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return out.appendInt(bytes.length).appendBytes(bytes);
  }

  private static Buffer frame(String codec, String address, int replyLength, int bodyBytes) {
    Buffer body = Buffer.buffer().appendByte((byte) 2).appendByte((byte) -1);
    text(body, codec).appendByte((byte) 0);
    text(body, address).appendInt(replyLength);
    text(body, "sender").appendInt(4).appendBytes(new byte[bodyBytes]);
    return Buffer.buffer().appendInt(body.length()).appendBuffer(body);
  }

  private static Buffer ping() {
    Buffer body = Buffer.buffer().appendByte((byte) 2).appendByte((byte) 1).appendByte((byte) 0);
    text(body, "__vertx_ping").appendInt(0);
    text(body, "route/2/1/records").appendInt(4);
    return Buffer.buffer().appendInt(body.length()).appendBuffer(body);
  }

  private static ByteBuf bytes(Buffer buffer) {
    return Unpooled.wrappedBuffer(buffer.getBytes());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 100_000})
  void shouldLetFramesOfNodesPassHoweverTheyAreCut(int piece) {
    // given
    Buffer all =
        Buffer.buffer()
            .appendBuffer(frame("millrace", "node.2.shards", 0, 0))
            .appendBuffer(ping())
            .appendBuffer(frame("millrace", "node.d-abc.loop.3.mail", 0, 9_000))
            .appendBuffer(ping());

    // when // then
    assertThatCode(
            () -> {
              for (int at = 0; at < all.length(); at += piece) {
                check.check(bytes(all.slice(at, Math.min(all.length(), at + piece))));
              }
            })
        .doesNotThrowAnyException();
  }

  static Stream<Arguments> foreignFrames() {
    return Stream.of(
        Arguments.of("a length of 2147483647", Buffer.buffer().appendInt(Integer.MAX_VALUE)),
        Arguments.of("a length of -1", Buffer.buffer().appendInt(-1)),
        Arguments.of("a length of 0", Buffer.buffer().appendInt(0)),
        Arguments.of("a length", Buffer.buffer("GET / HTTP/1.1\r\n")),
        Arguments.of("an unknown codec", frame("evilrace", "node.2.shards", 0, 1)),
        Arguments.of("a foreign address", frame("millrace", "shard.0.requests", 0, 1)),
        Arguments.of("a reply address", frame("millrace", "node.2.shards", 3, 1)),
        Arguments.of("a length of 10001", Buffer.buffer().appendInt(MAX + 1)),
        Arguments.of(
            "a text of 2147483640 bytes",
            Buffer.buffer()
                .appendInt(100)
                .appendByte((byte) 2)
                .appendByte((byte) -1)
                .appendInt(2_147_483_640)),
        Arguments.of(
            "a field ends behind its frame",
            Buffer.buffer().appendInt(3).appendByte((byte) 2).appendByte((byte) -1).appendInt(8)),
        Arguments.of(
            "codec 9", Buffer.buffer().appendInt(9).appendByte((byte) 2).appendByte((byte) 9)));
  }

  @ParameterizedTest
  @MethodSource("foreignFrames")
  void shouldRefuseWhatNoNodeWrites(String expected, Buffer frame) {
    // when // then
    assertThatThrownBy(() -> check.check(bytes(frame)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(expected);
  }

  @Test
  void shouldLeaveTheBytesAsTheyAre() {
    // given
    ByteBuf frame = bytes(ping());
    int before = frame.readableBytes();

    // when
    check.check(frame);

    // then
    org.assertj.core.api.Assertions.assertThat(frame.readableBytes()).isEqualTo(before);
  }
}
