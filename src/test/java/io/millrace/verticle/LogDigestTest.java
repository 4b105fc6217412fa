package io.millrace.verticle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.group.CommittedPosition;
import io.millrace.group.GroupRecord;
import io.millrace.group.GroupRecord.OffsetCommitted;
import io.millrace.group.codec.GroupRecordCodec;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.record.BatchHeader;
import io.millrace.record.BufferSlice;
import io.millrace.record.CompressionType;
import io.millrace.record.RecordBatchBuilder;
import io.millrace.record.RecordSlice;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LogDigestTest {
  private final GroupRecordCodec codec = new GroupRecordCodec();

  @ParameterizedTest
  @EnumSource(CompressionType.class)
  void shouldKeepTheLastRecordOfEachKeyInTheOrderOfTheLog(CompressionType compression)
      throws Exception {
    // given
    ByteBuffer first = batch(compression, 0, position("a", 1), position("b", 2), position("a", 3));
    ByteBuffer second = batch(compression, 3, position("c", 4), deleted("b"));

    // when
    CoordinatorLog.Records digest = digest(0, 1 << 20, first, second);

    // then
    assertThat(digest.records()).containsExactly(position("a", 3), position("c", 4), deleted("b"));
    assertThat(digest.nextOffset()).isEqualTo(5);
    assertThat(digest.recordCount()).isEqualTo(5);
    assertThat(digest.unknownCount()).isZero();
  }

  @Test
  void shouldLeaveOutWhatIsBelowTheOffset() throws Exception {
    // given
    ByteBuffer batch =
        batch(CompressionType.NONE, 7, position("a", 1), position("b", 2), position("c", 3));

    // when
    CoordinatorLog.Records digest = digest(9, 1 << 20, batch);

    // then
    assertThat(digest.records()).containsExactly(position("c", 3));
  }

  /** A release to come may write kinds of records that this one does not know. */
  @Test
  void shouldSkipAndCountWhatItDoesNotKnow() throws Exception {
    // given
    RecordBatchBuilder builder = new RecordBatchBuilder(CompressionType.NONE, 256);
    builder.append(1, bytes("quota/g"), bytes("1"), List.of());
    builder.append(1, codec.key(position("a", 1)), codec.value(position("a", 1)), List.of());
    builder.append(1, bytes("quota/g"), bytes("2"), List.of());
    builder.append(1, null, bytes("without a key"), List.of());

    // when
    CoordinatorLog.Records digest = digest(0, 1 << 20, builder.build());

    // then
    assertThat(digest.records()).containsExactly(position("a", 1));
    assertThat(digest.unknownCount()).isEqualTo(1);
  }

  @Test
  void shouldNotTrustWhatABatchSaysOfItsSize() {
    // given
    ByteBuffer bomb = batch(CompressionType.ZSTD, 0, position("a".repeat(100_000), 1));

    // when // then
    assertThatThrownBy(() -> digest(0, 1_000, bomb)).isInstanceOf(StreamException.class);
  }

  private CoordinatorLog.Records digest(long from, long budget, ByteBuffer... batches)
      throws Exception {
    int size = 0;
    for (ByteBuffer batch : batches) {
      size += batch.remaining();
    }
    ByteBuffer all = ByteBuffer.allocate(size);
    for (ByteBuffer batch : batches) {
      all.put(batch.duplicate());
    }
    RecordSlice slice = BufferSlice.of(all.flip());
    return LogDigest.of(slice, codec, from, budget);
  }

  private ByteBuffer batch(CompressionType compression, long baseOffset, GroupRecord... records) {
    RecordBatchBuilder builder = new RecordBatchBuilder(compression, 256);
    for (GroupRecord record : records) {
      builder.append(1, codec.key(record), codec.value(record), List.of());
    }
    ByteBuffer batch = builder.build();
    BatchHeader.setBaseOffset(batch, 0, baseOffset);
    return batch;
  }

  private static GroupRecord position(String group, long offset) {
    return new OffsetCommitted(
        group,
        new PartitionId(new TopicId(1, 2), 3),
        new CommittedPosition(new TopicName("flights"), offset, -1, "", 1, 1));
  }

  private static GroupRecord deleted(String group) {
    return new OffsetCommitted(group, new PartitionId(new TopicId(1, 2), 3), null);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
