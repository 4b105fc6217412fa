package io.millrace.log.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.AppendOutcome.Appended;
import io.millrace.log.AppendOutcome.Duplicate;
import io.millrace.log.AppendOutcome.Refused;
import io.millrace.log.Batches;
import io.millrace.log.ManualTime;
import io.millrace.log.ReadOutcome;
import io.millrace.log.simulation.Loss;
import io.millrace.log.simulation.SimulatedDisk;
import io.millrace.model.ErrorCode;
import io.millrace.record.BatchHeader;
import io.millrace.record.LogRecord;
import io.millrace.record.RecordSlice;
import io.millrace.testing.Seeds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/**
 * A log and, beside it, a list that says what must be in it; random steps are taken on both and
 * compared. The same seed takes the same steps.
 */
final class LogModel {
  /** A batch that was appended. */
  private record Expected(
      long baseOffset, List<String> values, int epoch, long producerId, int sequence) {
    long nextOffset() {
      return baseOffset + values.size();
    }
  }

  private static final Path DIRECTORY = Path.of("/data/flights-3");

  private static final List<Loss> LOSSES =
      List.of(Loss.ALL_DROPPED, Loss.NAMES_DROPPED, Loss.BYTES_DROPPED, Loss.TORN, Loss.TORN_BYTES);

  private final Random random;
  private final ManualTime time = new ManualTime();
  private final TreeMap<Long, Expected> batches = new TreeMap<>();
  private SimulatedDisk disk = new SimulatedDisk();
  private Logs logs;
  private SegmentedLog log;
  private long startOffset;
  private long endOffset;
  private long durable;
  private int epoch;
  private long firstProducer;

  LogModel(long seed) {
    random = Seeds.random(seed);
    makeDirectory();
    logs =
        Logs.on(disk, DIRECTORY, time)
            .with("segment.bytes", "2048")
            .with("index.interval.bytes", "200")
            .with(new LogLimits(random.nextInt(4) * 1500L, 1 << 30, 10, 1 << 20));
    log = logs.open();
  }

  private void makeDirectory() {
    try {
      disk.createDirectories(DIRECTORY);
      disk.syncDirectory(Path.of("/"));
      disk.syncDirectory(Path.of("/data"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One random step, then a look at all that can be seen. */
  void step() {
    switch (random.nextInt(17)) {
      case 0, 1, 2, 3, 4, 5 -> appendOnce();
      case 6 -> resend();
      case 7, 8 -> flush();
      case 9 -> truncate();
      case 10 -> deleteRecords();
      case 11 -> stopCleanly();
      case 12 -> kill();
      case 13, 14 -> replicate();
      case 15 -> startOver();
      default -> losePower();
    }
    time.advanceMs(random.nextInt(50));
    check();
  }

  private void appendOnce() {
    if (random.nextInt(10) == 0) {
      epoch++;
    }
    long producer = random.nextInt(4) == 0 ? -1 : firstProducer + random.nextInt(3);
    int sequence = producer < 0 ? -1 : nextSequence(producer);
    List<String> values = new ArrayList<>();
    for (int i = 0; i <= random.nextInt(5); i++) {
      values.add("v" + (endOffset + i) + "-" + "x".repeat(random.nextInt(random.nextInt(200) + 1)));
    }
    Expected batch = new Expected(endOffset, values, epoch, producer, sequence);
    assertThat(send(batch)).isEqualTo(new Appended(endOffset, batch.nextOffset() - 1, -1));
    batches.put(endOffset, batch);
    endOffset = batch.nextOffset();
  }

  private Object send(Expected batch) {
    return log.append(bytes(batch), epoch);
  }

  private ByteBuffer bytes(Expected batch) {
    short producerEpoch = (short) (batch.producerId < 0 ? -1 : 0);
    return Batches.idempotent(
        time.wallClockMs(),
        batch.producerId,
        producerEpoch,
        batch.sequence,
        batch.values.toArray(String[]::new));
  }

  /** What a leader of a newer epoch stored, two batches at once. */
  private void replicate() {
    epoch += random.nextInt(2);
    ByteBuffer both = ByteBuffer.allocate(10_000);
    long base = endOffset;
    for (int i = 0; i < 2; i++) {
      long producer = firstProducer + random.nextInt(3);
      List<String> values = List.of("r" + endOffset, "r" + (endOffset + 1));
      Expected batch = new Expected(endOffset, values, epoch, producer, nextSequence(producer));
      ByteBuffer bytes = bytes(batch);
      BatchHeader.setBaseOffset(bytes, 0, endOffset);
      BatchHeader.setLeaderEpoch(bytes, 0, epoch);
      both.put(bytes);
      batches.put(endOffset, batch);
      endOffset = batch.nextOffset();
    }
    assertThat(log.appendAsFollower(both.flip(), epoch + 1))
        .isEqualTo(new Appended(base, endOffset - 1, -1));
  }

  private void startOver() {
    startOffset = endOffset + 1 + random.nextInt(50);
    Batches.run(log.startOverAt(startOffset));
    batches.clear();
    endOffset = startOffset;
    durable = startOffset;
  }

  private int nextSequence(long producer) {
    for (Expected batch : batches.descendingMap().values()) {
      if (batch.producerId == producer) {
        return batch.sequence + batch.values.size();
      }
    }
    return 0;
  }

  private void resend() {
    int younger = 0;
    long producer = firstProducer + random.nextInt(3);
    for (Expected batch : batches.descendingMap().values()) {
      if (batch.producerId == producer) {
        Object outcome = send(batch);
        if (younger < 5) {
          assertThat(outcome)
              .isEqualTo(new Duplicate(batch.baseOffset, batch.nextOffset() - 1, -1));
        } else {
          assertThat(((Refused) outcome).error()).isEqualTo(ErrorCode.DUPLICATE_SEQUENCE_NUMBER);
        }
        younger++;
      }
    }
  }

  private void flush() {
    Batches.flush(log);
    durable = endOffset;
  }

  private void truncate() {
    long offset = startOffset + random.nextInt((int) (endOffset - startOffset) + 1);
    long batchStart = batches.headMap(offset, true).isEmpty() ? offset : lastBatch(offset);
    if (offset == endOffset || batchStart < startOffset) {
      return;
    }
    Batches.run(log.truncateTo(offset));
    forgetFrom(batchStart);
    durable = endOffset; // Truncation syncs what it leaves.
  }

  private long lastBatch(long offset) {
    return batches.floorKey(offset);
  }

  private void forgetFrom(long offset) {
    batches.tailMap(offset, true).clear();
    endOffset = offset;
    durable = Math.min(durable, offset);
  }

  private void deleteRecords() {
    startOffset += random.nextInt((int) (endOffset - startOffset) + 1);
    Batches.run(log.deleteRecordsBefore(startOffset));
  }

  private void stopCleanly() {
    Batches.run(log.close());
    durable = endOffset;
    reopen(LastStop.CLEAN, endOffset);
  }

  private void kill() {
    reopen(LastStop.PROCESS_DIED, recoveryPoint());
    assertThat(log.endOffset()).isEqualTo(endOffset);
    durable = endOffset;
  }

  private void losePower() {
    Loss loss = LOSSES.get(random.nextInt(LOSSES.size()));
    disk = disk.afterPowerLoss(loss, random.nextLong());
    reopen(LastStop.MACHINE_DIED, recoveryPoint());
    assertThat(log.endOffset()).isBetween(Math.max(durable, startOffset), endOffset);
    if (startOffset > durable) {
      firstProducer += 10; // Nobody can say how much of the old ones' deleted batches was lost.
    }
    forgetFrom(log.endOffset());
    durable = endOffset;
  }

  /** Some offset that was known to be durable when checkpoints were last written. */
  private long recoveryPoint() {
    return random.nextBoolean() ? durable : random.nextInt((int) durable + 1);
  }

  private void reopen(LastStop stop, long recoveryPoint) {
    OpenRequest last = logs.request();
    log =
        new Logs(
                new OpenRequest(
                    disk,
                    last.directory(),
                    last.partition(),
                    last.topicId(),
                    last.topicSettings(),
                    last.limits(),
                    last.time(),
                    stop,
                    recoveryPoint,
                    startOffset))
            .open();
  }

  private void check() {
    assertThat(log.damage()).isEmpty();
    assertThat(log.startOffset()).isEqualTo(startOffset);
    assertThat(log.endOffset()).isEqualTo(endOffset);
    assertThat(log.durableEndOffset()).isEqualTo(durable);
    if (endOffset > startOffset) {
      assertThat(log.latestEpoch()).isEqualTo(batches.lastEntry().getValue().epoch);
    }
    readFrom(startOffset);
    readFrom(startOffset + random.nextInt((int) (endOffset - startOffset) + 1));
  }

  private void readFrom(long from) {
    long next = from;
    long limit = random.nextBoolean() ? endOffset : Math.min(endOffset, from + random.nextInt(50));
    while (next < limit) {
      int maxBytes = random.nextInt(3000) + 1;
      ReadOutcome outcome = Batches.read(log, next, maxBytes, limit);
      if (outcome instanceof ReadOutcome.Nothing) {
        Expected batch = batches.floorEntry(next).getValue();
        assertThat(batch.nextOffset()).as("end of the batch at %d", next).isGreaterThan(limit);
        return;
      }
      assertThat(outcome).isInstanceOf(ReadOutcome.Batches.class);
      next = checkSlice(((ReadOutcome.Batches) outcome).slice(), next, maxBytes, limit);
    }
  }

  private long checkSlice(RecordSlice slice, long from, int maxBytes, long limit) {
    assertThat(slice.baseOffset()).isEqualTo(lastBatch(from));
    assertThat(slice.nextOffset()).isLessThanOrEqualTo(limit);
    int oneBatch = batches.get(slice.baseOffset()).values.size();
    if (slice.nextOffset() - slice.baseOffset() > oneBatch) {
      assertThat(slice.sizeBytes()).isLessThanOrEqualTo(maxBytes);
    }
    long next = slice.nextOffset();
    for (LogRecord found : Batches.recordsIn(Batches.bytesOf(slice))) {
      Expected batch = batches.floorEntry(found.offset()).getValue();
      String value = batch.values.get((int) (found.offset() - batch.baseOffset));
      assertThat(StandardCharsets.UTF_8.decode(found.value()).toString()).isEqualTo(value);
    }
    return next;
  }
}
