package io.millrace.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.bus.MemoryBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class FrameDecoderTest {
  private static final int FRAME_BYTES = 100;
  private static final int MAX_FRAME_BYTES = 1_000_000;

  private final MemoryBudget memory = new MemoryBudget(2 * MAX_FRAME_BYTES);

  static Stream<ByteBufAllocator> allocators() {
    return Stream.of(
        new PooledByteBufAllocator(true),
        new UnpooledByteBufAllocator(true),
        new io.netty.buffer.AdaptiveByteBufAllocator(true));
  }

  private DecodedChannel decoded(ByteBufAllocator allocator) {
    return new DecodedChannel(allocator, memory, MAX_FRAME_BYTES);
  }

  /** So many frames, and of one more its length and half of its bytes. */
  private static ByteBuf framesAndAHalf(ByteBufAllocator allocator, int frames) {
    ByteBuf bytes = allocator.directBuffer();
    for (int i = 0; i < frames; i++) {
      bytes.writeInt(FRAME_BYTES).writeZero(FRAME_BYTES);
    }
    return bytes.writeInt(FRAME_BYTES).writeZero(FRAME_BYTES / 2);
  }

  @ParameterizedTest
  @MethodSource("allocators")
  void shouldGiveMemoryBackWhenAFrameIsLetGoThoughAnotherIsHalfThere(ByteBufAllocator allocator) {
    // given
    EmbeddedChannel channel = decoded(allocator).channel;
    channel.writeInbound(framesAndAHalf(allocator, 3));
    ByteBuf first = channel.readInbound();
    ByteBuf second = channel.readInbound();
    ByteBuf third = channel.readInbound();
    assertThat(memory.reservedBytes()).isEqualTo(4 * FRAME_BYTES);

    // when
    second.release();
    long afterOne = memory.reservedBytes();
    first.release();
    third.release();

    // then
    assertThat(afterOne).isEqualTo(3 * FRAME_BYTES);
    assertThat(memory.reservedBytes()).isEqualTo(FRAME_BYTES);
    channel.finishAndReleaseAll();
    assertThat(memory.reservedBytes()).isZero();
  }

  @ParameterizedTest
  @MethodSource("allocators")
  void shouldKeepMemoryReservedUntilTheLastPieceOfAFrameIsLetGo(ByteBufAllocator allocator) {
    // given
    EmbeddedChannel channel = decoded(allocator).channel;
    channel.writeInbound(framesAndAHalf(allocator, 1));
    ByteBuf frame = channel.readInbound();

    // when
    ByteBuf piece = frame.retainedSlice(10, 20);
    frame.release();
    channel.finishAndReleaseAll();
    long whileHeld = memory.reservedBytes();
    piece.release();

    // then
    assertThat(whileHeld).isEqualTo(FRAME_BYTES);
    assertThat(memory.reservedBytes()).isZero();
  }

  @ParameterizedTest
  @MethodSource("allocators")
  void shouldHoldNoMoreThanOneFrameForAPeerThatAlwaysLeavesHalfOfOneBehind(
      ByteBufAllocator allocator) {
    // given
    EmbeddedChannel channel = decoded(allocator).channel;
    channel.writeInbound(framesAndAHalf(allocator, 0));

    for (int i = 0; i < 10_000; i++) {
      // when
      ByteBuf rest = allocator.directBuffer().writeZero(FRAME_BYTES / 2);
      channel.writeInbound(rest.writeInt(FRAME_BYTES).writeZero(FRAME_BYTES / 2));
      ByteBuf frame = channel.readInbound();
      frame.release();

      // then
      assertThat(memory.reservedBytes()).isEqualTo(FRAME_BYTES);
    }
    channel.finishAndReleaseAll();
    assertThat(memory.reservedBytes()).isZero();
  }

  @ParameterizedTest
  @MethodSource("allocators")
  void shouldReceiveTheRestOfALargeFrameWhereItBelongs(ByteBufAllocator allocator) {
    // given
    DecodedChannel decoded = decoded(allocator);
    EmbeddedChannel channel = decoded.channel;
    channel.writeInbound(allocator.directBuffer().writeInt(MAX_FRAME_BYTES).writeByte(1));

    // when
    ByteBuf first = decoded.nextBuffer();
    channel.writeInbound(first.writeZero(400_000));
    ByteBuf second = decoded.nextBuffer();
    long missing = second.writableBytes();
    channel.writeInbound(second.writeZero(second.writableBytes()));

    // then
    ByteBuf frame = channel.readInbound();
    assertThat(second).isSameAs(first);
    assertThat(missing).isEqualTo(MAX_FRAME_BYTES - 1 - 400_000);
    assertThat(frame.memoryAddress()).isEqualTo(first.memoryAddress());
    assertThat(frame.readableBytes()).isEqualTo(MAX_FRAME_BYTES);
    frame.release();
    assertThat(first.refCnt()).isZero();
    channel.finishAndReleaseAll();
  }

  @ParameterizedTest
  @MethodSource("allocators")
  void shouldReceiveIntoABufferWhenBytesBeforeThatWait(ByteBufAllocator allocator) {
    // given
    DecodedChannel decoded = decoded(allocator);
    EmbeddedChannel channel = decoded.channel;
    channel.writeInbound(allocator.directBuffer().writeInt(MAX_FRAME_BYTES).writeByte(1));
    decoded.socket.setReading(false);
    channel.writeInbound(allocator.directBuffer().writeByte(2));

    // when
    ByteBuf next = decoded.nextBuffer();
    channel.writeInbound(next.writeZero(1).writeByte(3));
    decoded.socket.setReading(true);
    channel.runPendingTasks();
    channel.writeInbound(decoded.nextBuffer().writeZero(MAX_FRAME_BYTES - 4));

    // then
    ByteBuf frame = channel.readInbound();
    assertThat(ByteBufUtil.getBytes(frame, 0, 5)).containsExactly(1, 2, 0, 3, 0);
    frame.release();
    channel.finishAndReleaseAll();
  }
}
