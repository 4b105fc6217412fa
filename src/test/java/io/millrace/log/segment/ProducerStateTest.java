package io.millrace.log.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.log.AppendOutcome.Duplicate;
import io.millrace.log.AppendOutcome.Refused;
import io.millrace.log.Batches;
import io.millrace.model.ErrorCode;
import io.millrace.record.BatchHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class ProducerStateTest {
  private static final LogLimits LIMITS = new LogLimits(0, 1_000, 3, 1 << 20);

  private final ProducerState state = new ProducerState(LIMITS);
  private long nextOffset;

  private ByteBuffer batch(long producer, int epoch, int sequence, int records) {
    ByteBuffer batch = Batches.sized(1, records, 1);
    BatchHeader.setProducer(batch, 0, producer, (short) epoch, sequence);
    return batch;
  }

  private void append(long producer, int epoch, int sequence, int records) {
    ByteBuffer batch = batch(producer, epoch, sequence, records);
    BatchHeader.setBaseOffset(batch, 0, nextOffset);
    nextOffset += records;
    state.appended(batch, 0, 0);
  }

  private Object check(long producer, int epoch, int sequence, int records) {
    Object outcome = state.check(batch(producer, epoch, sequence, records), 0, 0);
    return outcome instanceof Refused refused ? refused.error() : String.valueOf(outcome);
  }

  @Test
  void shouldGoOnWithSequenceZeroAfterTheLargest() {
    // given
    append(1, 0, Integer.MAX_VALUE - 2, 5);

    // when // then
    assertThat(check(1, 0, 2, 1)).isEqualTo("null");
    assertThat(check(1, 0, 3, 1)).isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    assertThat(check(1, 0, Integer.MAX_VALUE - 2, 5)).isEqualTo(new Duplicate(0, 4, -1).toString());
    assertThat(check(1, 0, Integer.MAX_VALUE - 9, 1))
        .isEqualTo(ErrorCode.DUPLICATE_SEQUENCE_NUMBER);
  }

  @Test
  void shouldForgetWhoWasSilentLongestWhenThereAreTooMany() {
    // given
    append(1, 0, 0, 1);
    append(2, 0, 0, 1);
    append(3, 0, 0, 1);
    append(1, 0, 1, 1);

    // when
    append(4, 0, 0, 1);

    // then
    assertThat(state.size()).isEqualTo(3);
    assertThat(check(1, 0, 2, 1)).isEqualTo("null");
    assertThat(check(2, 0, 1, 1)).isEqualTo(ErrorCode.UNKNOWN_PRODUCER_ID);
  }

  @Test
  void shouldExpireByTheMonotonicClock() {
    // given
    append(1, 0, 0, 1);

    // when
    state.expire(1_000_000_001L);

    // then
    assertThat(state.size()).isZero();
  }

  @Test
  void shouldComeBackFromItsSnapshot() throws IOException {
    // given
    for (int i = 0; i < 7; i++) {
      append(1, 2, i, 1);
    }
    append(9, 0, 0, 4);

    // when
    ByteBuffer file = ProducerSnapshot.encode(state, nextOffset);
    ProducerState read = ProducerSnapshot.decode(file.duplicate(), nextOffset, LIMITS, 0);

    // then
    assertThat(ProducerSnapshot.encode(read, nextOffset)).isEqualTo(file);
    assertThat(read.check(batch(1, 2, 7, 1), 0, 0)).isNull();
    assertThat(read.check(batch(9, 0, 0, 4), 0, 0)).isEqualTo(new Duplicate(7, 10, -1));
  }

  @Test
  void shouldNotBelieveASnapshotWithAnyBitFlipped() {
    // given
    append(1, 2, 0, 1);
    ByteBuffer file = ProducerSnapshot.encode(state, nextOffset);
    for (int bit = 0; bit < file.limit() * 8; bit++) {
      ByteBuffer bad = ByteBuffer.allocate(file.limit()).put(file.duplicate()).flip();
      bad.put(bit / 8, (byte) (bad.get(bit / 8) ^ (1 << (bit % 8))));

      // when // then
      assertThat(isRefused(bad)).as("bit %d", bit).isTrue();
      assertThatThrownBy(() -> ProducerSnapshot.decode(bad, nextOffset + 1, LIMITS, 0))
          .isInstanceOf(IOException.class);
    }
  }

  private boolean isRefused(ByteBuffer file) {
    try {
      ProducerSnapshot.decode(file.duplicate(), nextOffset, LIMITS, 0);
      return false;
    } catch (IOException e) {
      return true;
    }
  }
}
