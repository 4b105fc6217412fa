package io.millrace.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecordBatchBuilderTest {
  @ParameterizedTest
  @EnumSource(CompressionType.class)
  void shouldBuildWhatKafkaClientsRead(CompressionType compression) {
    // given
    RecordBatchBuilder builder = new RecordBatchBuilder(compression, 100);
    builder.producer(77, (short) 3, 41);
    Random random = new Random(1);
    List<byte[]> values = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      byte[] value = new byte[random.nextInt(400)];
      random.nextBytes(value);
      values.add(value);
      byte[] key = i % 3 == 0 ? null : ("k" + i).getBytes(StandardCharsets.UTF_8);
      List<RecordHeader> headers =
          i % 5 == 0
              ? List.of(RecordHeader.ofText("trace", "é" + i), new RecordHeader("none", null))
              : List.of();
      builder.append(1_000_000 - i * 7L, key, i % 11 == 0 ? null : value, headers);
    }

    // when
    ByteBuffer batch = builder.build();

    // then
    MutableRecordBatch read = onlyBatch(batch);
    read.ensureValid();
    assertThat(read.sizeInBytes()).isEqualTo(batch.remaining());
    assertThat(read.producerId()).isEqualTo(77);
    assertThat(read.producerEpoch()).isEqualTo((short) 3);
    assertThat(read.baseSequence()).isEqualTo(41);
    assertThat(read.lastOffset()).isEqualTo(499);
    assertThat(read.maxTimestamp()).isEqualTo(1_000_000);
    assertThat(read.compressionType().name).isEqualTo(compression.toString());
    int i = 0;
    for (Record record : read) {
      assertThat(record.offset()).isEqualTo(i);
      assertThat(record.timestamp()).isEqualTo(1_000_000 - i * 7L);
      assertThat(record.hasKey()).isEqualTo(i % 3 != 0);
      if (i % 11 == 0) {
        assertThat(record.hasValue()).isFalse();
      } else {
        assertThat(record.value()).isEqualTo(ByteBuffer.wrap(values.get(i)));
      }
      assertThat(record.headers()).hasSize(i % 5 == 0 ? 2 : 0);
      if (i % 5 == 0) {
        assertThat(record.headers()[0].key()).isEqualTo("trace");
        assertThat(record.headers()[0].value())
            .isEqualTo(("é" + i).getBytes(StandardCharsets.UTF_8));
        assertThat(record.headers()[1].value()).isNull();
      }
      i++;
    }
    assertThat(i).isEqualTo(500);
  }

  @ParameterizedTest
  @EnumSource(CompressionType.class)
  void shouldBuildTheSameInMemoryThatIsLent(CompressionType compression) {
    // given
    byte[] lent = new byte[200];
    java.util.Arrays.fill(lent, (byte) 0x55);
    RecordBatchBuilder owning = new RecordBatchBuilder(compression, 200);
    RecordBatchBuilder borrowing = RecordBatchBuilder.in(lent, compression);
    byte[] value = "value".getBytes(StandardCharsets.UTF_8);

    // when
    for (int i = 0; i < 100; i++) {
      owning.append(1_000 + i, (byte[]) null, value, List.of());
      borrowing.append(1_000 + i, (byte[]) null, value, List.of());
    }

    // then
    assertThat(borrowing.build()).isEqualTo(owning.build());
  }

  @Test
  void shouldBackAnUncompressedBatchThatFitsByTheMemoryThatIsLent() {
    // given
    byte[] lent = new byte[200];
    RecordBatchBuilder builder = RecordBatchBuilder.in(lent, CompressionType.NONE);

    // when
    builder.append(1_000, (byte[]) null, new byte[10], List.of());

    // then
    assertThat(builder.build().array()).isSameAs(lent);
  }

  @Test
  void shouldTellTheExactSizeOfAnUncompressedBatch() {
    // given
    RecordBatchBuilder builder = new RecordBatchBuilder(CompressionType.NONE, 16);
    ByteBuffer value = ByteBuffer.wrap(new byte[1_000]);
    long bound = builder.sizeWithBytes(null, value, List.of());

    // when
    builder.append(5, null, value, List.of());
    long size = builder.sizeBytes();

    // then
    assertThat(size).isLessThanOrEqualTo(bound).isGreaterThan(1_000);
    assertThat(builder.build().remaining()).isEqualTo((int) size);
    assertThat(value.remaining()).isEqualTo(1_000);
  }

  @ParameterizedTest
  @EnumSource(
      value = CompressionType.class,
      names = {"GZIP", "SNAPPY", "LZ4", "ZSTD"})
  void shouldEstimateTheSizeOfACompressedBatchByTheExpectedRatio(CompressionType compression) {
    // given
    RecordBatchBuilder builder = new RecordBatchBuilder(compression, 1024).expectRatio(0.25);
    byte[] value = "the same words over and over, ".repeat(20).getBytes(StandardCharsets.UTF_8);

    // when
    for (int i = 0; i < 1_000; i++) {
      builder.append(i, null, value, List.of());
    }
    long estimate = builder.sizeBytes();
    long uncompressed = builder.uncompressedSizeBytes();
    int size = builder.build().remaining();

    // then
    assertThat(estimate).isGreaterThanOrEqualTo(size / 2).isLessThan(uncompressed / 2);
    assertThat(builder.compressionRatio()).isLessThan(0.5);
  }

  @Test
  void shouldRefuseANegativeTimestamp() {
    // given
    RecordBatchBuilder builder = new RecordBatchBuilder(CompressionType.NONE, 100);

    // when // then
    assertThatThrownBy(() -> builder.append(-1, new byte[0], null, List.of()))
        .isInstanceOfSatisfying(
            StreamException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_TIMESTAMP));
  }

  @Test
  void shouldBeUsedUpOnceBuilt() {
    // given
    RecordBatchBuilder builder = new RecordBatchBuilder(CompressionType.LZ4, 100);
    assertThatThrownBy(builder::build).isInstanceOf(IllegalStateException.class);
    builder.append(1, new byte[0], null, List.of());
    builder.build();

    // when // then
    assertThatThrownBy(() -> builder.append(1, new byte[0], null, List.of()))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(builder::build).isInstanceOf(IllegalStateException.class);
  }

  private static MutableRecordBatch onlyBatch(ByteBuffer batch) {
    List<MutableRecordBatch> batches = new ArrayList<>();
    MemoryRecords.readableRecords(batch.duplicate()).batches().forEach(batches::add);
    assertThat(batches).hasSize(1);
    return batches.get(0);
  }
}
