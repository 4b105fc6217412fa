package io.millrace.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.nio.ByteBuffer;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class OwnedBufferTest {
  private static ResourceLeakDetector.Level levelBefore;

  @BeforeAll
  static void watchEveryBuffer() {
    levelBefore = ResourceLeakDetector.getLevel();
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
  }

  @AfterAll
  static void watchAsBefore() {
    ResourceLeakDetector.setLevel(levelBefore);
  }

  @Test
  void shouldBelongToTheShardOnceTaken() {
    // given
    ByteBuf memory = memory(1);
    OwnedBuffer buffer = new OwnedBuffer(memory);

    // when
    boolean taken = buffer.take();

    // then
    assertThat(taken).isTrue();
    assertThat(buffer.cancel()).isFalse();
    assertThat(buffer.bytes().remaining()).isEqualTo(buffer.sizeBytes());
    buffer.release();
    assertThat(memory.refCnt()).isZero();
  }

  @Test
  void shouldBeGoneOnceCancelled() {
    // given
    ByteBuf memory = memory(1);
    OwnedBuffer buffer = new OwnedBuffer(memory);

    // when
    boolean cancelled = buffer.cancel();

    // then
    assertThat(cancelled).isTrue();
    assertThat(memory.refCnt()).isZero();
    assertThat(buffer.take()).isFalse();
    assertThat(buffer.cancel()).isFalse();
    assertThatThrownBy(buffer::bytes).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(buffer::release).isInstanceOf(IllegalStateException.class);
  }

  /**
   * A sender that gives up against a shard that takes, both at once: the memory is released exactly
   * once, and the shard never sees bytes of the buffer's next life.
   */
  @Test
  void shouldHaveOneOwnerWhenBothReachForIt() throws Exception {
    // given
    int rounds = 20_000;
    ExecutorService threads = Executors.newFixedThreadPool(2);
    CyclicBarrier barrier = new CyclicBarrier(2);
    OwnedBuffer[] buffers = new OwnedBuffer[rounds];
    ByteBuf[] memories = new ByteBuf[rounds];
    for (int round = 0; round < rounds; round++) {
      memories[round] = memory((byte) round);
      buffers[round] = new OwnedBuffer(memories[round]);
    }

    // when
    Future<Integer> shard =
        threads.submit(
            () -> {
              int taken = 0;
              barrier.await();
              for (int round = 0; round < rounds; round++) {
                if (buffers[round].take()) {
                  taken++;
                  requireAll(buffers[round].bytes(), (byte) round);
                  buffers[round].release();
                }
              }
              return taken;
            });
    Future<Integer> sender =
        threads.submit(
            () -> {
              int cancelled = 0;
              barrier.await();
              for (int round = 0; round < rounds; round++) {
                if (buffers[round].cancel()) {
                  cancelled++;
                  // Whoever gets this memory next fills it with something else.
                  ByteBuf next = memory((byte) ~round);
                  next.release();
                }
              }
              return cancelled;
            });

    // then
    int taken = shard.get(60, TimeUnit.SECONDS);
    int cancelled = sender.get(60, TimeUnit.SECONDS);
    threads.shutdown();
    assertThat(taken + cancelled).isEqualTo(rounds);
    assertThat(memories).allSatisfy(memory -> assertThat(memory.refCnt()).isZero());
  }

  private static ByteBuf memory(int value) {
    ByteBuf memory = PooledByteBufAllocator.DEFAULT.directBuffer(64);
    for (int i = 0; i < 64; i++) {
      memory.writeByte(value);
    }
    return memory;
  }

  private static void requireAll(ByteBuffer bytes, byte expected) {
    while (bytes.hasRemaining()) {
      byte actual = bytes.get();
      if (actual != expected) {
        throw new AssertionError("read " + actual + " of another life, expected " + expected);
      }
    }
  }
}
