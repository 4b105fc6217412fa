package io.millrace.protocol.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.StreamException;
import io.millrace.record.BatchHeader;
import io.millrace.record.CompressionType;
import io.millrace.record.RecordBatchBuilder;
import io.millrace.record.RecordHeader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class JsonRecordsTest {
  private static final long BUDGET = 1 << 20;

  @Test
  void shouldWriteRecordsAsTheDocumentationShowsThem() {
    // given
    RecordBatchBuilder builder = new RecordBatchBuilder(CompressionType.NONE, 100);
    builder.append(5, utf8("ATL"), utf8("{\"a\":\"é\"}"), List.of());
    builder.append(6, (ByteBuffer) null, null, List.of(RecordHeader.ofText("h", "x")));
    builder.append(7, bytes(0xFF), bytes(), List.of(new RecordHeader("n", null)));
    ByteBuffer batch = at(10, builder);

    // when
    String body = body(batch, 11, Long.MAX_VALUE);

    // then
    String records =
        "[{\"offset\":\"11\",\"timestampMs\":\"6\",\"key\":null,\"value\":null,"
            + "\"headers\":[{\"name\":\"h\",\"value\":\"x\"}]},"
            + "{\"offset\":\"12\",\"timestampMs\":\"7\",\"keyBase64\":\"/w==\",\"value\":\"\","
            + "\"headers\":[{\"name\":\"n\",\"value\":null}]}]";
    assertThat(body)
        .isEqualTo(
            ",\"topic\":\"flights\",\"topicId\":\"id\",\"partition\":0,\"leaderEpoch\":3,"
                + "\"records\":"
                + records
                + ",\"firstOffset\":\"11\",\"nextOffset\":\"13\",\"creditRecords\":\"2\","
                + "\"creditBytes\":\""
                + records.length()
                + "\"}");
    assertThat(body(batch, 0, 1)).contains("\"value\":\"{\\\"a\\\":\\\"é\\\"}\"");
  }

  @ParameterizedTest
  @EnumSource(CompressionType.class)
  void shouldSplitBatchesBetweenMessagesWithoutLossOrRepeat(CompressionType compression) {
    // given
    ByteBuffer batches = ByteBuffer.allocate(10_000);
    batches.put(numbered(compression, 100, 7)).put(numbered(compression, 107, 5)).flip();
    StringBuilder offsets = new StringBuilder();
    int messages = 0;

    // when
    try (JsonRecords records = new JsonRecords(batches, 102, BUDGET)) {
      while (records.hasMore()) {
        ByteBuf target = Unpooled.buffer();
        RecordsRange range = records.writeBody("t", "id", 0, 0, 3, Long.MAX_VALUE, target);
        offsets.append(range.firstOffset()).append('-').append(range.nextOffset()).append(' ');
        messages++;
        assertThat(range.creditRecords()).isEqualTo(range.nextOffset() - range.firstOffset());
      }
    }

    // then
    assertThat(offsets).hasToString("102-105 105-108 108-111 111-112 ");
    assertThat(messages).isEqualTo(4);
  }

  @Test
  void shouldEndAMessageWithTheRecordThatReachesTheBytes() {
    // given
    ByteBuffer batch = numbered(CompressionType.NONE, 0, 3);

    // when
    ByteBuf target = Unpooled.buffer();
    RecordsRange range =
        new JsonRecords(batch, 0, BUDGET).writeBody("t", "id", 0, 0, 100, 2, target);

    // then
    assertThat(range.creditRecords()).isEqualTo(1);
    assertThat(range.nextOffset()).isEqualTo(1);
  }

  @Test
  void shouldTellDamageAfterWhatWasReadBeforeIt() {
    // given
    ByteBuffer damaged = numbered(CompressionType.NONE, 5, 3);
    damaged.putInt(57, 30);
    ByteBuffer batches = ByteBuffer.allocate(10_000);
    batches
        .put(numbered(CompressionType.NONE, 0, 5))
        .put(damaged)
        .put(numbered(CompressionType.NONE, 8, 1))
        .flip();

    // when
    JsonRecords records = new JsonRecords(batches, 0, BUDGET);
    RecordsRange before = records.writeBody("t", "id", 0, 0, 100, 1 << 20, Unpooled.buffer());
    ByteBuf untouched = Unpooled.buffer();
    assertThatThrownBy(() -> records.writeBody("t", "id", 0, 0, 100, 1 << 20, untouched))
        .isInstanceOf(StreamException.class);
    long resumeAt = records.skipDamaged();
    RecordsRange behind = records.writeBody("t", "id", 0, 0, 100, 1 << 20, Unpooled.buffer());

    // then
    assertThat(before.nextOffset()).isEqualTo(8);
    assertThat(untouched.readableBytes()).isZero();
    assertThat(resumeAt).isEqualTo(8);
    assertThat(behind.firstOffset()).isEqualTo(8);
    assertThat(behind.nextOffset()).isEqualTo(9);
    assertThat(records.hasMore()).isFalse();
  }

  private static ByteBuffer numbered(CompressionType compression, long baseOffset, int count) {
    RecordBatchBuilder builder = new RecordBatchBuilder(compression, 100);
    for (int i = 0; i < count; i++) {
      builder.append(i, (ByteBuffer) null, utf8("value " + (baseOffset + i)), List.of());
    }
    return at(baseOffset, builder);
  }

  private static ByteBuffer at(long baseOffset, RecordBatchBuilder builder) {
    ByteBuffer batch = builder.build();
    BatchHeader.setBaseOffset(batch, 0, baseOffset);
    return batch;
  }

  private static String body(ByteBuffer batch, long from, long maxRecords) {
    ByteBuf target = Unpooled.buffer();
    try (JsonRecords records = new JsonRecords(batch, from, BUDGET)) {
      records.writeBody("flights", "id", 0, 3, maxRecords, Long.MAX_VALUE, target);
    }
    return target.toString(StandardCharsets.UTF_8);
  }

  private static ByteBuffer utf8(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static ByteBuffer bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return ByteBuffer.wrap(bytes);
  }
}
