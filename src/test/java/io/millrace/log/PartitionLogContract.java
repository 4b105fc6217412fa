package io.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.AppendOutcome.Appended;
import io.millrace.log.AppendOutcome.Duplicate;
import io.millrace.model.config.SettingValues;
import io.millrace.model.config.TopicSettings;
import io.millrace.record.BatchHeader;
import java.nio.ByteBuffer;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link PartitionLog} does, the one in memory that partitions are tested with as well.
 */
public abstract class PartitionLogContract {
  protected static final long NO_LIMIT = Long.MAX_VALUE;

  protected final ManualTime time = new ManualTime();
  private PartitionLog log;

  /** An empty log, by this test's clocks. */
  protected abstract PartitionLog emptyLog(SettingValues settings);

  @BeforeEach
  void openLog() {
    log = emptyLog(TopicSettings.of(Map.of()));
  }

  protected final PartitionLog log() {
    return log;
  }

  protected final long now() {
    return time.wallClockMs();
  }

  protected final AppendOutcome append(String... values) {
    return log.append(Batches.of(now(), values), 0);
  }

  @Test
  void shouldBeginEmpty() {
    // when // then
    assertThat(log.startOffset()).isZero();
    assertThat(log.endOffset()).isZero();
    assertThat(log.durableEndOffset()).isZero();
    assertThat(log.latestEpoch()).isEqualTo(-1);
    assertThat(log.sizeBytes()).isZero();
    assertThat(log.damage()).isEmpty();
    assertThat(log.read(0, 100, NO_LIMIT)).isInstanceOf(ReadOutcome.Nothing.class);
  }

  @Test
  void shouldGiveOffsetsInOrder() {
    // when
    AppendOutcome first = append("a", "b", "c");
    AppendOutcome second = append("d");

    // then
    assertThat(first).isEqualTo(new Appended(0, 2, -1));
    assertThat(second).isEqualTo(new Appended(3, 3, -1));
    assertThat(log.endOffset()).isEqualTo(4);
    assertThat(Batches.valuesFrom(log, 0)).containsExactly("a", "b", "c", "d");
    assertThat(Batches.valuesFrom(log, 2)).containsExactly("c", "d");
  }

  @Test
  void shouldStoreOffsetAndEpochAndLeaveTheRestAsItWasSent() {
    // given
    append("before");
    ByteBuffer batch = Batches.of(now(), "x", "y");
    ByteBuffer sent = ByteBuffer.allocate(batch.limit()).put(batch.duplicate()).flip();

    // when
    log.append(batch, 7);
    ReadOutcome.Batches read = (ReadOutcome.Batches) Batches.read(log, 1, 1 << 20, NO_LIMIT);

    // then
    ByteBuffer stored = Batches.bytesOf(read.slice());
    assertThat(BatchHeader.baseOffset(stored, 0)).isEqualTo(1);
    assertThat(BatchHeader.leaderEpoch(stored, 0)).isEqualTo(7);
    BatchHeader.setBaseOffset(stored, 0, 0);
    BatchHeader.setLeaderEpoch(stored, 0, -1);
    assertThat(stored).isEqualTo(sent);
    assertThat(log.latestEpoch()).isEqualTo(7);
  }

  @Test
  void shouldReadWholeBatchesUpToTheBoundButAtLeastOne() {
    // given
    append("a", "b");
    append("c", "d");
    append("e", "f");
    int one = Batches.of(now(), "a", "b").limit();

    // when
    ReadOutcome.Batches least = (ReadOutcome.Batches) Batches.read(log, 1, 1, NO_LIMIT);
    ReadOutcome.Batches two = (ReadOutcome.Batches) Batches.read(log, 0, 2 * one + 9, NO_LIMIT);

    // then
    assertThat(least.slice().baseOffset()).isZero();
    assertThat(least.slice().nextOffset()).isEqualTo(2);
    assertThat(least.slice().sizeBytes()).isEqualTo(one);
    assertThat(two.slice().nextOffset()).isEqualTo(4);
    least.slice().release();
    two.slice().release();
  }

  @Test
  void shouldReadNothingAtOrPastTheLimit() {
    // given
    append("a", "b");
    append("c", "d");
    append("e");

    // when
    ReadOutcome below = Batches.read(log, 0, 1 << 20, 4);
    ReadOutcome at = Batches.read(log, 4, 1 << 20, 4);
    ReadOutcome inside = Batches.read(log, 2, 1 << 20, 3);

    // then
    assertThat(((ReadOutcome.Batches) below).slice().nextOffset()).isEqualTo(4);
    assertThat(at).isInstanceOf(ReadOutcome.Nothing.class);
    assertThat(inside).isInstanceOf(ReadOutcome.Nothing.class);
    ((ReadOutcome.Batches) below).slice().release();
  }

  @Test
  void shouldSayWhatItHasWhenAskedOutOfRange() {
    // given
    append("a", "b");

    // when // then
    assertThat(log.read(3, 100, NO_LIMIT)).isEqualTo(new ReadOutcome.OutOfRange(0, 2));
    assertThat(log.read(-1, 100, NO_LIMIT)).isEqualTo(new ReadOutcome.OutOfRange(0, 2));
    assertThat(log.read(2, 100, NO_LIMIT)).isInstanceOf(ReadOutcome.Nothing.class);
  }

  @Test
  void shouldCountAsDurableOnlyWhatWasFlushed() {
    // given
    append("a");
    LogTask<Long> flush = log.beginFlush();
    append("b");

    // when
    log.flushed(Batches.run(flush));

    // then
    assertThat(log.durableEndOffset()).isEqualTo(1);
    Batches.flush(log);
    assertThat(log.durableEndOffset()).isEqualTo(2);
  }

  @Test
  void shouldForgetTheEpochOfABatchThatIsCutWhole() {
    // given
    log.append(Batches.idempotent(now(), 9, (short) 0, 0, "a"), 1);
    log.append(Batches.idempotent(now(), 9, (short) 0, 1, "b", "c"), 4);

    // when
    Batches.run(log.truncateTo(2));

    // then
    assertThat(log.endOffset()).isEqualTo(1);
    assertThat(log.latestEpoch()).isEqualTo(1);
    assertThat(log.endOfEpoch(4)).isEqualTo(new PartitionLog.EpochEnd(1, 1));
  }

  @Test
  void shouldAnswerARepeatedBatchWithTheOriginalsOffsets() {
    // given
    for (int i = 0; i < 5; i++) {
      log.append(Batches.idempotent(now(), 9, (short) 1, 2 * i, "a" + i, "b" + i), 0);
    }

    // when
    AppendOutcome oldest = log.append(Batches.idempotent(now(), 9, (short) 1, 0, "a0", "b0"), 0);
    AppendOutcome newest = log.append(Batches.idempotent(now(), 9, (short) 1, 8, "a4", "b4"), 0);

    // then
    assertThat(oldest).isEqualTo(new Duplicate(0, 1, -1));
    assertThat(newest).isEqualTo(new Duplicate(8, 9, -1));
    assertThat(log.endOffset()).isEqualTo(10);
  }
}
