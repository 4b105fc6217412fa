package io.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.AppendOutcome.Appended;
import io.millrace.log.AppendOutcome.Duplicate;
import io.millrace.log.AppendOutcome.Refused;
import io.millrace.log.PartitionLog.EpochEnd;
import io.millrace.log.PartitionLog.TimestampOffset;
import io.millrace.model.ErrorCode;
import io.millrace.model.config.TopicSettings;
import io.millrace.record.BatchHeader;
import io.millrace.record.BatchRewriter;
import io.millrace.record.CompressionType;
import io.millrace.record.LogRecord;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a {@link PartitionLog} that is a broker's own does beyond the rest of the contract. */
public abstract class StoredLogContract extends PartitionLogContract {
  private PartitionLog log;

  /** One more empty log, beside the one that is tested. */
  protected abstract PartitionLog anotherLog();

  @BeforeEach
  void useLog() {
    log = log();
  }

  @Test
  void shouldRefuseWhatIsNotNextInAProducersSequence() {
    // given
    log.append(Batches.idempotent(now(), 9, (short) 1, 0, "a", "b"), 0);

    // when // then
    assertRefused(
        Batches.idempotent(now(), 9, (short) 1, 3, "gap"), "OUT_OF_ORDER_SEQUENCE_NUMBER");
    assertRefused(
        Batches.idempotent(now(), 9, (short) 1, 1, "half"), "OUT_OF_ORDER_SEQUENCE_NUMBER");
    assertRefused(Batches.idempotent(now(), 9, (short) 0, 2, "old"), "INVALID_PRODUCER_EPOCH");
    assertRefused(
        Batches.idempotent(now(), 9, (short) 2, 2, "new"), "OUT_OF_ORDER_SEQUENCE_NUMBER");
    assertRefused(Batches.idempotent(now(), 8, (short) 0, 5, "who"), "UNKNOWN_PRODUCER_ID");
    assertRefused(Batches.idempotent(now(), 8, (short) 0, -1, "none"), "INVALID_RECORD");
    assertThat(log.endOffset()).isEqualTo(2);
    assertThat(log.append(Batches.idempotent(now(), 9, (short) 2, 0, "next"), 0))
        .isEqualTo(new Appended(2, 2, -1));
  }

  @Test
  void shouldSayThatABatchWasAppendedTooLongAgo() {
    // given
    for (int i = 0; i < 7; i++) {
      log.append(Batches.idempotent(now(), 9, (short) 1, i, "v" + i), 0);
    }

    // when // then
    assertRefused(Batches.idempotent(now(), 9, (short) 1, 1, "v1"), "DUPLICATE_SEQUENCE_NUMBER");
  }

  @Test
  void shouldRefuseDamagedAndMalformedBatches() {
    // given
    ByteBuffer flipped = Batches.of(now(), "abc");
    flipped.put(flipped.limit() - 2, (byte) 1);
    ByteBuffer wrongCount = Batches.of(now(), "abc");
    wrongCount.putInt(57, 2);
    BatchHeader.updateCrc(wrongCount, 0);
    ByteBuffer two =
        ByteBuffer.allocate(1000).put(Batches.of(now(), "a")).put(Batches.of(now(), "b")).flip();

    // when // then
    assertRefused(flipped, "CORRUPT_MESSAGE");
    assertRefused(ByteBuffer.allocate(20), "CORRUPT_MESSAGE");
    assertRefused(ByteBuffer.allocate(0), "CORRUPT_MESSAGE");
    assertRefused(wrongCount, "INVALID_RECORD");
    assertRefused(two, "INVALID_RECORD");
    assertRefused(withAttributes(0x10), "INVALID_RECORD");
    assertRefused(withAttributes(0x20), "INVALID_RECORD");
    assertRefused(withAttributes(0x05), "UNSUPPORTED_COMPRESSION_TYPE");
    assertRefused(withAttributes(0x08), "INVALID_TIMESTAMP");
    assertThat(log.endOffset()).isZero();
    assertThat(log.sizeBytes()).isZero();
  }

  private ByteBuffer withAttributes(int attributes) {
    ByteBuffer batch = Batches.of(now(), "abc");
    batch.putShort(21, (short) attributes);
    BatchHeader.updateCrc(batch, 0);
    return batch;
  }

  @Test
  void shouldHoldBatchesToTheTopicsBounds() {
    // given
    log.configure(
        TopicSettings.of(
            Map.of(
                "max.message.bytes", "200",
                "message.timestamp.before.max.ms", "1000",
                "message.timestamp.after.max.ms", "500")));

    // when // then
    assertRefused(Batches.sized(now(), 1, 200), "MESSAGE_TOO_LARGE");
    assertRefused(Batches.of(now() - 1001, "old"), "INVALID_TIMESTAMP");
    assertRefused(Batches.of(now() + 501, "early"), "INVALID_TIMESTAMP");
    assertThat(log.append(Batches.of(now() - 1000, "ok"), 0)).isInstanceOf(Appended.class);
    assertThat(log.append(Batches.of(now() + 500, "ok"), 0)).isInstanceOf(Appended.class);
  }

  @Test
  void shouldStampRecordsWithItsOwnTimeIfTheTopicSaysSo() {
    // given
    log.configure(TopicSettings.of(Map.of("message.timestamp.type", "LogAppendTime")));
    ByteBuffer batch = Batches.idempotent(5, 9, (short) 0, 0, "a", "b");
    ByteBuffer again = ByteBuffer.allocate(batch.limit()).put(batch.duplicate()).flip();
    long stamped = now();

    // when
    AppendOutcome appended = log.append(batch, 0);
    time.advanceMs(77);
    AppendOutcome repeated = log.append(again, 0);

    // then
    assertThat(appended).isEqualTo(new Appended(0, 1, stamped));
    assertThat(repeated).isEqualTo(new Duplicate(0, 1, stamped));
    ReadOutcome.Batches read = (ReadOutcome.Batches) Batches.read(log, 0, 1000, NO_LIMIT);
    assertThat(Batches.recordsIn(Batches.bytesOf(read.slice())))
        .extracting(LogRecord::timestampMs)
        .containsExactly(stamped, stamped);
  }

  @Test
  void shouldStoreBatchesInTheTopicsCompression() {
    // given
    log.configure(TopicSettings.of(Map.of("compression.type", "zstd")));

    // when
    AppendOutcome appended = log.append(Batches.idempotent(now(), 3, (short) 0, 0, "a", "b"), 0);

    // then
    assertThat(appended).isEqualTo(new Appended(0, 1, -1));
    ReadOutcome.Batches read = (ReadOutcome.Batches) Batches.read(log, 0, 1000, NO_LIMIT);
    ByteBuffer stored = Batches.bytesOf(read.slice());
    assertThat(BatchHeader.compressionId(stored, 0)).isEqualTo(CompressionType.ZSTD.id());
    assertThat(BatchHeader.producerId(stored, 0)).isEqualTo(3);
    assertThat(Batches.valuesFrom(log, 0)).containsExactly("a", "b");
  }

  @Test
  void shouldLookAtEveryRecordIfTheTopicSaysSo() {
    // given
    ByteBuffer lying = Batches.of(now(), "abc");
    lying.put(61, (byte) 120); // The record's length, zig-zag: more bytes than there are.
    BatchHeader.updateCrc(lying, 0);

    // when // then
    assertThat(log.append(lying, 0)).isInstanceOf(Appended.class);
    log.configure(TopicSettings.of(Map.of("validate.records", "true")));
    assertRefused(lying, "INVALID_RECORD");
  }

  @Test
  void shouldNeverLetTheLeaderEpochGoBack() {
    // given
    log.append(Batches.of(now(), "a"), 5);

    // when
    AppendOutcome outcome = log.append(Batches.of(now(), "b"), 4);

    // then
    assertThat(((Refused) outcome).error()).isEqualTo(ErrorCode.FENCED_LEADER_EPOCH);
    assertThat(log.endOffset()).isEqualTo(1);
  }

  @Test
  void shouldKnowWhereEachEpochEnds() {
    // given
    log.append(Batches.of(now(), "a", "b"), 1);
    log.append(Batches.of(now(), "c"), 3);
    log.append(Batches.of(now(), "d"), 3);

    // when // then
    assertThat(log.endOfEpoch(0)).isEqualTo(new EpochEnd(-1, 0));
    assertThat(log.endOfEpoch(1)).isEqualTo(new EpochEnd(1, 2));
    assertThat(log.endOfEpoch(2)).isEqualTo(new EpochEnd(1, 2));
    assertThat(log.endOfEpoch(3)).isEqualTo(new EpochEnd(3, 4));
    assertThat(log.endOfEpoch(9)).isEqualTo(new EpochEnd(3, 4));
  }

  @Test
  void shouldFindTheFirstRecordNotBeforeATime() {
    // given
    log.append(Batches.of(now() + 10, "a", "b"), 0);
    log.append(Batches.of(now() + 5, "late"), 0);
    log.append(Batches.of(now() + 30, "c"), 2);

    // when // then
    assertThat(find(now())).contains(new TimestampOffset(now() + 10, 0, 0));
    assertThat(find(now() + 10)).contains(new TimestampOffset(now() + 10, 0, 0));
    assertThat(find(now() + 11)).contains(new TimestampOffset(now() + 30, 3, 2));
    assertThat(find(now() + 31)).isEmpty();
  }

  @Test
  void shouldFindTheFirstRecordWithTheNewestTime() {
    // given
    assertThat(Batches.run(log.offsetForNewestTimestamp())).isEmpty();
    log.append(Batches.of(now() + 10, "a", "b"), 0);
    log.append(Batches.of(now() + 30, "newest"), 1);
    log.append(Batches.of(now() + 5, "late"), 1);

    // when // then
    assertThat(Batches.run(log.offsetForNewestTimestamp()))
        .contains(new TimestampOffset(now() + 30, 2, 1));
    Batches.run(log.deleteRecordsBefore(3));
    assertThat(Batches.run(log.offsetForNewestTimestamp()))
        .contains(new TimestampOffset(now() + 5, 3, 1));
  }

  private Optional<TimestampOffset> find(long timestampMs) {
    return Batches.run(log.offsetForTimestamp(timestampMs));
  }

  @Test
  void shouldForgetWhatIsTruncated() {
    // given
    log.append(Batches.idempotent(now(), 9, (short) 0, 0, "a"), 1);
    log.append(Batches.idempotent(now(), 9, (short) 0, 1, "b"), 2);
    log.append(Batches.idempotent(now(), 9, (short) 0, 2, "c"), 2);
    Batches.flush(log);

    // when
    Batches.run(log.truncateTo(1));

    // then
    assertThat(log.endOffset()).isEqualTo(1);
    assertThat(log.durableEndOffset()).isEqualTo(1);
    assertThat(log.latestEpoch()).isEqualTo(1);
    assertThat(log.append(Batches.idempotent(now(), 9, (short) 0, 1, "B"), 3))
        .isEqualTo(new Appended(1, 1, -1));
    assertThat(Batches.valuesFrom(log, 0)).containsExactly("a", "B");
    assertThat(log.endOfEpoch(2)).isEqualTo(new EpochEnd(1, 1));
  }

  @Test
  void shouldNotCallDurableWhatReplacedTruncatedRecordsDuringAFlush() {
    // given
    append("a");
    append("b");
    LogTask<Long> flush = log.beginFlush();
    Batches.run(log.truncateTo(1));
    append("B");

    // when
    log.flushed(Batches.run(flush));

    // then
    assertThat(log.durableEndOffset()).isEqualTo(1);
  }

  @Test
  void shouldStoreAsAFollowerWhatTheLeaderStored() {
    // given
    PartitionLog leader = anotherLog();
    leader.append(Batches.idempotent(now(), 9, (short) 0, 0, "a", "b"), 1);
    leader.append(Batches.idempotent(now(), 9, (short) 0, 2, "c"), 3);
    ByteBuffer stored = storedIn(leader, 0);

    // when
    AppendOutcome outcome = log.appendAsFollower(stored.duplicate(), 4);

    // then
    assertThat(outcome).isEqualTo(new Appended(0, 2, -1));
    assertThat(storedIn(log, 0)).isEqualTo(stored);
    assertThat(log.latestEpoch()).isEqualTo(3);
    assertThat(log.endOfEpoch(2)).isEqualTo(new EpochEnd(1, 2));
    assertThat(log.append(Batches.idempotent(now(), 9, (short) 0, 2, "c"), 5))
        .as("who becomes the leader knows the producers")
        .isEqualTo(new Duplicate(2, 2, -1));
  }

  @Test
  void shouldRefuseAsAFollowerWhatDoesNotContinueItsLog() {
    // given
    PartitionLog leader = anotherLog();
    leader.append(Batches.of(now(), "a"), 1);
    leader.append(Batches.of(now(), "b"), 3);
    leader.append(Batches.of(now(), "c"), 3);
    ByteBuffer stored = storedIn(leader, 0);
    int second = BatchHeader.sizeBytes(stored, 0);
    ByteBuffer damaged = storedIn(leader, 0);
    damaged.put(damaged.limit() - 1, (byte) 77);
    ByteBuffer older = stored.slice(0, second);
    BatchHeader.setBaseOffset(older, 0, 1);

    // when // then
    assertRefusedAsFollower(stored.slice(second, second), 3, "OFFSET_OUT_OF_RANGE");
    BatchHeader.setBaseOffset(older, 0, 0);
    assertRefusedAsFollower(stored.duplicate(), 2, "FENCED_LEADER_EPOCH");
    assertThat(log.endOffset()).as("the first was of an epoch that was").isEqualTo(1);
    assertRefusedAsFollower(damaged.slice(second, 2 * second), 3, "CORRUPT_MESSAGE");
    assertThat(log.endOffset()).as("the second was whole").isEqualTo(2);
    BatchHeader.setBaseOffset(older, 0, 2);
    assertRefusedAsFollower(older, 3, "FENCED_LEADER_EPOCH");
    assertRefusedAsFollower(stored.slice(0, second - 1), 3, "CORRUPT_MESSAGE");
    assertThat(Batches.valuesFrom(log, 0)).containsExactly("a", "b");
  }

  @Test
  void shouldTakeThePartOfAHoleThatIsBehindItsEnd() {
    // given
    append("a", "b");
    ByteBuffer hole = BatchRewriter.inPlaceOf(0, 9, 0, now());

    // when
    AppendOutcome outcome = log.appendAsFollower(hole, 0);

    // then
    assertThat(outcome).isEqualTo(new Appended(2, 9, -1));
    assertThat(log.endOffset()).isEqualTo(10);
    assertThat(Batches.valuesFrom(log, 0)).containsExactly("a", "b");
  }

  @Test
  void shouldGiveAReplicaTheHolesThatOthersAreSpared() {
    // given
    append("a");
    log.appendAsFollower(BatchRewriter.inPlaceOf(1, 4, 0, now()), 0);
    append("b");

    // when
    ReadOutcome read = log.readForReplica(1, 1);
    read = read instanceof ReadOutcome.Cold cold ? Batches.run(cold.task()) : read;

    // then
    ByteBuffer first = Batches.bytesOf(((ReadOutcome.Batches) read).slice());
    assertThat(BatchHeader.baseOffset(first, 0)).isEqualTo(1);
    assertThat(BatchHeader.recordCount(first, 0)).isZero();
    assertThat(log.readForReplica(6, 1)).isInstanceOf(ReadOutcome.Nothing.class);
  }

  @Test
  void shouldGiveReplicasTheWholeBatchThatTheLogStartsIn() {
    // given
    log.append(Batches.idempotent(now(), 9, (short) 0, 0, "a", "b", "c"), 4);

    // when
    Batches.run(log.deleteRecordsBefore(2));

    // then
    assertThat(log.firstOffset()).isZero();
    assertThat(Batches.read(log, 1, 1 << 20, NO_LIMIT)).isInstanceOf(ReadOutcome.OutOfRange.class);
    ReadOutcome whole = log.readForReplica(0, 1 << 20);
    whole = whole instanceof ReadOutcome.Cold cold ? Batches.run(cold.task()) : whole;
    ByteBuffer batch = Batches.bytesOf(((ReadOutcome.Batches) whole).slice());
    assertThat(BatchHeader.recordCount(batch, 0)).isEqualTo(3);
  }

  @Test
  void shouldStartOverWhereTheLeadersLogBegins() {
    // given
    log.append(Batches.idempotent(now(), 9, (short) 0, 0, "a"), 4);
    Batches.flush(log);
    log.append(Batches.idempotent(now(), 9, (short) 0, 1, "b"), 4);

    // when
    Batches.run(log.startOverAt(500));

    // then
    assertThat(log.startOffset()).isEqualTo(500);
    assertThat(log.endOffset()).isEqualTo(500);
    assertThat(log.durableEndOffset()).isEqualTo(500);
    assertThat(log.latestEpoch()).isEqualTo(-1);
    assertThat(log.sizeBytes()).isZero();
    assertThat(log.append(Batches.idempotent(now(), 9, (short) 0, 0, "c"), 2))
        .isEqualTo(new Appended(500, 500, -1));
    Batches.flush(log);
    assertThat(log.durableEndOffset()).isEqualTo(501);
    assertThat(Batches.valuesFrom(log, 500)).containsExactly("c");
  }

  private static ByteBuffer storedIn(PartitionLog log, long offset) {
    ReadOutcome read = Batches.read(log, offset, 1 << 20, NO_LIMIT);
    return Batches.bytesOf(((ReadOutcome.Batches) read).slice());
  }

  private void assertRefusedAsFollower(ByteBuffer batches, int leaderEpoch, String error) {
    AppendOutcome outcome = log.appendAsFollower(batches, leaderEpoch);
    assertThat(outcome).isInstanceOf(Refused.class);
    assertThat(((Refused) outcome).error()).isEqualTo(ErrorCode.valueOf(error));
  }

  @Test
  void shouldHideDeletedRecords() {
    // given
    append("a", "b", "c");
    append("d");

    // when
    Batches.run(log.deleteRecordsBefore(2));

    // then
    assertThat(log.startOffset()).isEqualTo(2);
    assertThat(log.read(1, 100, NO_LIMIT)).isEqualTo(new ReadOutcome.OutOfRange(2, 4));
    assertThat(Batches.valuesFrom(log, 2)).containsExactly("c", "d");
    assertThat(find(0)).map(TimestampOffset::offset).contains(2L);
  }

  @Test
  void shouldRefuseAppendsOnceClosed() {
    // given
    append("a");
    Batches.run(log.close());

    // when // then
    assertRefused(Batches.of(now(), "b"), "SHUTTING_DOWN");
  }

  private void assertRefused(ByteBuffer batch, String error) {
    AppendOutcome outcome = log.append(batch, Math.max(0, log.latestEpoch()));
    assertThat(outcome).isInstanceOf(Refused.class);
    assertThat(((Refused) outcome).error()).isEqualTo(ErrorCode.valueOf(error));
    assertThat(((Refused) outcome).reason()).isNotBlank();
  }
}
