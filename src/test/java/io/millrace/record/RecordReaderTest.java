package io.millrace.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecordReaderTest {
  private static final long BUDGET = 16 << 20;

  @ParameterizedTest
  @EnumSource(CompressionType.class)
  void shouldReadWhatKafkaClientsBuild(CompressionType compression) {
    // given
    SimpleRecord[] records = new SimpleRecord[300];
    for (int i = 0; i < records.length; i++) {
      byte[] key = i % 4 == 0 ? null : ("key" + i).getBytes(StandardCharsets.UTF_8);
      byte[] value = i % 7 == 0 ? null : "v".repeat(i * 3).getBytes(StandardCharsets.UTF_8);
      Header[] headers =
          i % 5 == 0
              ? new Header[] {new RecordHeader("h", new byte[] {1, 2}), new RecordHeader("n", null)}
              : new Header[0];
      records[i] = new SimpleRecord(10_000L + i, key, value, headers);
    }
    ByteBuffer batch = kafkaBatch(compression, records);
    BatchHeader.requireValid(batch, 0);
    BatchHeader.setBaseOffset(batch, 0, 1_000);

    // when
    List<LogRecord> read = readAll(batch, BUDGET);

    // then
    assertThat(read).hasSize(records.length);
    for (int i = 0; i < records.length; i++) {
      LogRecord record = read.get(i);
      assertThat(record.offset()).isEqualTo(1_000 + i);
      assertThat(record.timestampMs()).isEqualTo(10_000 + i);
      assertThat(record.key()).isEqualTo(records[i].key());
      assertThat(record.value()).isEqualTo(records[i].value());
      assertThat(record.headers()).hasSize(records[i].headers().length);
      if (i % 5 == 0) {
        assertThat(record.headers().get(0).key()).isEqualTo("h");
        assertThat(record.headers().get(0).value()).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2}));
        assertThat(record.headers().get(1).value()).isNull();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = CompressionType.class,
      names = {"GZIP", "SNAPPY", "LZ4", "ZSTD"})
  void shouldStopAtTheDecompressionBudget(CompressionType compression) {
    // given
    RecordBatchBuilder builder = new RecordBatchBuilder(compression, 1024);
    builder.append(1, new byte[0], new byte[8 << 20], List.of());
    ByteBuffer bomb = builder.build();

    // when // then
    assertThat(bomb.remaining()).isLessThan(500_000);
    assertThat(readAll(bomb, 9 << 20)).hasSize(1);
    assertThatThrownBy(() -> readAll(bomb, 1 << 20))
        .isInstanceOfSatisfying(
            StreamException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.MESSAGE_TOO_LARGE));
  }

  @Test
  void shouldGiveTheBrokersTimeToEveryRecordOfAStampedBatch() {
    // given
    ByteBuffer batch = batchOf(CompressionType.NONE, 3);
    BatchHeader.setLogAppendTime(batch, 0, 99);

    // when
    List<LogRecord> read = readAll(batch, BUDGET);

    // then
    assertThat(read).extracting(LogRecord::timestampMs).containsExactly(99L, 99L, 99L);
    assertThat(BatchHeader.crcMatches(batch, 0)).isTrue();
  }

  @ParameterizedTest
  @EnumSource(CompressionType.class)
  void shouldRefuseACountThatTheRecordsDoNotKeep(CompressionType compression) {
    for (int lie : new int[] {-1, 0, 2, 4, Integer.MAX_VALUE}) {
      // given
      ByteBuffer batch = batchOf(compression, 3);
      batch.putInt(BatchHeader.RECORD_COUNT, lie);

      // when // then
      assertThatThrownBy(() -> readAll(batch, BUDGET))
          .as("count %d", lie)
          .isInstanceOfSatisfying(
              StreamException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_MESSAGE));
    }
  }

  @Test
  void shouldSurviveEveryFlippedBitInTheRecords() {
    // given
    ByteBuffer good = batchOf(CompressionType.NONE, 4);
    for (int bit = BatchHeader.SIZE_BYTES * 8; bit < good.limit() * 8; bit++) {
      ByteBuffer bad = ByteBuffer.allocate(good.limit()).put(good.duplicate()).flip();
      bad.put(bit / 8, (byte) (bad.get(bit / 8) ^ (1 << (bit % 8))));

      // when
      ErrorCode outcome = outcome(bad);

      // then
      assertThat(outcome).as("bit %d", bit).isIn(ErrorCode.NONE, ErrorCode.CORRUPT_MESSAGE);
    }
  }

  @Test
  void shouldRefuseAnOffsetDeltaOutsideTheBatch() {
    // given
    ByteBuffer batch = batchOf(CompressionType.NONE, 2);
    batch.putInt(BatchHeader.LAST_OFFSET_DELTA, 0);

    // when // then
    assertThatThrownBy(() -> readAll(batch, BUDGET))
        .hasMessageContaining("offset delta 1")
        .isInstanceOf(StreamException.class);
  }

  @Test
  void shouldSayWhatIsWrongWithAHeader() {
    // given
    ByteBuffer batch = batchOf(CompressionType.NONE, 1);
    ByteBuffer cut = batch.duplicate().limit(batch.limit() - 1);
    ByteBuffer old = ByteBuffer.allocate(batch.limit()).put(batch.duplicate()).flip();
    old.put(BatchHeader.MAGIC_AT, (byte) 1);
    ByteBuffer damaged = ByteBuffer.allocate(batch.limit()).put(batch.duplicate()).flip();
    damaged.put(batch.limit() - 1, (byte) 77);

    // when // then
    assertThatThrownBy(() -> BatchHeader.requireWhole(cut, 0)).hasMessageContaining("expected 61");
    assertThatThrownBy(() -> BatchHeader.requireWhole(old, 0)).hasMessageContaining("magic 1");
    assertThatThrownBy(() -> BatchHeader.requireValid(damaged, 0)).hasMessageContaining("CRC-32C");
  }

  @Test
  void shouldRefuseAnUnknownCompression() {
    // given
    ByteBuffer batch = batchOf(CompressionType.NONE, 1);
    batch.putShort(BatchHeader.ATTRIBUTES, (short) 6);

    // when // then
    assertThatThrownBy(() -> RecordReader.of(batch, 0, BUDGET))
        .isInstanceOfSatisfying(
            StreamException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE));
  }

  private static ErrorCode outcome(ByteBuffer batch) {
    try {
      readAll(batch, BUDGET);
      return ErrorCode.NONE;
    } catch (StreamException e) {
      return e.code();
    }
  }

  private static List<LogRecord> readAll(ByteBuffer batch, long budgetBytes) {
    List<LogRecord> records = new ArrayList<>();
    try (RecordReader reader = RecordReader.of(batch, 0, budgetBytes)) {
      while (reader.advance()) {
        records.add(reader.record());
      }
    }
    return records;
  }

  private static ByteBuffer batchOf(CompressionType compression, int records) {
    RecordBatchBuilder builder = new RecordBatchBuilder(compression, 100);
    for (int i = 0; i < records; i++) {
      builder.append(
          50 + i,
          ("key" + i).getBytes(StandardCharsets.UTF_8),
          ("value" + i).getBytes(StandardCharsets.UTF_8),
          List.of(io.millrace.record.RecordHeader.ofText("h", "x")));
    }
    return builder.build();
  }

  private static ByteBuffer kafkaBatch(CompressionType compression, SimpleRecord... records) {
    Compression codec = Compression.of(compression.toString()).build();
    return MemoryRecords.withRecords(codec, records).buffer();
  }
}
