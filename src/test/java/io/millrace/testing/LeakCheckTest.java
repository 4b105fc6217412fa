package io.millrace.testing;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import org.junit.jupiter.api.Test;

/** Shows that a buffer that nobody released is found, and where it was lost. */
class LeakCheckTest {

  @Test
  void shouldFailOnABufferThatNobodyReleased() {
    // given
    loseABuffer();

    // when // then
    assertThatThrownBy(LeakCheck::failOnLeaks)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("1 buffers leaked")
        .hasMessageContaining("LeakCheckTest.loseABuffer");
  }

  @Test
  void shouldPassWhenBuffersAreReleased() {
    // given
    ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer(16);

    // when
    buffer.release();

    // then
    assertThatCode(LeakCheck::failOnLeaks).doesNotThrowAnyException();
  }

  private static void loseABuffer() {
    PooledByteBufAllocator.DEFAULT.directBuffer(16).writeByte(1);
  }
}
