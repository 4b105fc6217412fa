package io.millrace.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.List;
import org.junit.jupiter.api.Test;

class BufferSliceTest {
  @Test
  void shouldTellItsOffsetsAndGiveItsBytes() throws IOException {
    // given
    ByteBuffer batches = twoBatches();
    ByteArrayOutputStream taken = new ByteArrayOutputStream();
    ByteBuffer part = ByteBuffer.allocate(10);

    // when
    BufferSlice slice = BufferSlice.of(batches);
    long count = slice.transferTo(Channels.newChannel(taken), 3, Long.MAX_VALUE);
    int copied = slice.read(part, slice.sizeBytes() - 4);

    // then
    assertThat(slice.baseOffset()).isEqualTo(100);
    assertThat(slice.nextOffset()).isEqualTo(107);
    assertThat(slice.sizeBytes()).isEqualTo(batches.remaining());
    assertThat(count).isEqualTo(slice.sizeBytes() - 3);
    assertThat(ByteBuffer.wrap(taken.toByteArray())).isEqualTo(batches.slice(3, (int) count));
    assertThat(copied).isEqualTo(4);
    assertThat(part.flip()).isEqualTo(batches.slice(batches.limit() - 4, 4));
  }

  @Test
  void shouldRefuseUseAfterItsLastRelease() {
    // given
    BufferSlice slice = BufferSlice.of(twoBatches());
    slice.retain();
    slice.release();
    slice.release();

    // when // then
    assertThat(slice.references()).isZero();
    assertThatThrownBy(() -> slice.read(ByteBuffer.allocate(1), 0))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(slice::retain).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(slice::release).isInstanceOf(IllegalStateException.class);
  }

  private static ByteBuffer twoBatches() {
    ByteBuffer first = batch(100, 3);
    ByteBuffer second = batch(103, 4);
    return ByteBuffer.allocate(first.limit() + second.limit()).put(first).put(second).flip();
  }

  private static ByteBuffer batch(long baseOffset, int records) {
    RecordBatchBuilder builder = new RecordBatchBuilder(CompressionType.NONE, 100);
    for (int i = 0; i < records; i++) {
      builder.append(1, new byte[] {1}, new byte[20], List.of());
    }
    ByteBuffer batch = builder.build();
    BatchHeader.setBaseOffset(batch, 0, baseOffset);
    return batch;
  }
}
