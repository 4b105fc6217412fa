package io.millrace.log.simulation;

import io.millrace.log.AppendOutcome;
import io.millrace.log.PartitionLog;
import io.millrace.log.ReadOutcome;
import io.millrace.log.directory.DataDirectory;
import io.millrace.log.directory.PreviousStop;
import io.millrace.log.inspect.Entry;
import io.millrace.log.inspect.LogInspector;
import io.millrace.log.segment.StateFiles;
import io.millrace.model.ErrorCode;
import io.millrace.record.BatchHeader;
import io.millrace.record.RecordSlice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Holds what a restart finds against what was promised before. */
final class Verification {
  private static final int REMEMBERED_BATCHES = 5;
  private static final int READ_BYTES = 1500;

  private final World world;
  private final boolean powerLost;

  private Verification(World world, boolean powerLost) {
    this.world = world;
    this.powerLost = powerLost;
  }

  /**
   * Opens a world after a crash, checks everything, and makes what was found the new promise.
   *
   * @throws AssertionError that says which promise was broken
   */
  static void verify(World world, boolean powerLost) throws IOException {
    checkEpochFiles(world.disk);
    world.open();
    new Verification(world, powerLost).verify();
    if (world.directory().identity().isPresent()) {
      new LogInspector(world.disk, false).inspect(World.ROOT, Verification::checkNoDamage);
    }
  }

  /**
   * A crash leaves the old epochs or the new ones. Without either, recovery has to ask every batch
   * of the log, and no longer notices a batch whose epoch, which its CRC does not cover, is wrong.
   */
  private static void checkEpochFiles(SimulatedDisk disk) throws IOException {
    for (String name : disk.list(World.ROOT)) {
      Path file = World.ROOT.resolve(name).resolve(StateFiles.EPOCHS);
      if (DataDirectory.isPartitionName(name) && disk.exists(file)) {
        try {
          StateFiles.epochs(disk, file);
        } catch (IOException e) {
          throw new AssertionError(file + " is neither the old file nor the new one", e);
        }
      }
    }
  }

  private void verify() throws IOException {
    verifyDirectory(world.directory());
    for (PartitionPromise promise : List.copyOf(world.promises.partitions.values())) {
      PartitionLog log = world.logs.get(promise.id);
      check(log != null || !promise.mustExist, () -> promise + " is gone");
      check(log == null || promise.mayExist, () -> promise + " is back after its deletion");
      if (log == null) {
        world.promises.partitions.remove(promise.id);
      } else {
        verify(promise, log);
      }
    }
    check(
        world.promises.partitions.keySet().containsAll(world.logs.keySet()),
        () -> "there are partitions that nobody made: " + world.logs.keySet());
  }

  /** What recovery left alone has to be good, too: indexes, snapshots, epochs. */
  private static void checkNoDamage(Entry entry) {
    check(!(entry instanceof Entry.Damage), () -> "after recovery there is " + entry);
  }

  private void verifyDirectory(DataDirectory directory) {
    check(
        directory.identity().isPresent() || !world.promises.identified,
        () -> "the identity is gone");
    check(directory.unreadablePartitions().isEmpty(), () -> "partition directories are unreadable");
    check(directory.checkpointDamage().isEmpty(), () -> "the checkpoints are damaged");
    PreviousStop stop = directory.previousStop();
    check(
        !stop.needsRecovery() || !world.promises.mustBeClean,
        () -> "a clean stop looks like " + stop);
    check(
        stop.needsRecovery() || world.promises.mayBeClean, () -> "a crash looks like a clean stop");
    check(
        stop != PreviousStop.PROCESS_KILLED || !powerLost,
        () -> "a loss of power looks like the death of the process");
  }

  private void verify(PartitionPromise promise, PartitionLog log) throws IOException {
    check(log.damage().isEmpty(), () -> promise + " is damaged: " + log.damage());
    long start = log.startOffset();
    check(
        start >= promise.minStart && start <= Math.max(promise.maxStart, promise.minStart),
        () ->
            promise
                + " starts at "
                + start
                + ", promised "
                + promise.minStart
                + ".."
                + promise.maxStart);
    List<SentBatch> found = readAll(promise, log);
    long end = log.endOffset();
    long lastFound = found.isEmpty() ? start : found.get(found.size() - 1).nextOffset();
    check(end == lastFound, () -> promise + " ends at " + end + ", its batches at " + lastFound);
    long promised = powerLost ? promise.durableEnd : promise.writtenEnd;
    check(end >= promised, () -> promise + " ends at " + end + ", promised " + promised);
    check(log.durableEndOffset() <= end, () -> promise + " is durable beyond its end");
    promise.found(found, start, end, log);
    verifyTimestamps(promise, log, found);
    verifyProducers(promise, log);
  }

  /** The first record that is not older than a time is found, at the start of any batch. */
  private static void verifyTimestamps(
      PartitionPromise promise, PartitionLog log, List<SentBatch> found) throws IOException {
    for (SentBatch wanted : found) {
      long timestampMs = wanted.timestampMs(0);
      long expected = firstAtOrAfter(timestampMs, log.startOffset(), found);
      Optional<PartitionLog.TimestampOffset> result = log.offsetForTimestamp(timestampMs).run();
      check(
          result.isPresent() ? result.get().offset() == expected : expected < 0,
          () -> promise + ": time " + timestampMs + " is at " + expected + ", found " + result);
    }
  }

  private static long firstAtOrAfter(long timestampMs, long start, List<SentBatch> found) {
    for (SentBatch batch : found) {
      for (int i = 0; i < batch.count(); i++) {
        if (batch.offset() + i >= start && batch.timestampMs(i) >= timestampMs) {
          return batch.offset() + i;
        }
      }
    }
    return -1;
  }

  private List<SentBatch> readAll(PartitionPromise promise, PartitionLog log) throws IOException {
    List<SentBatch> found = new ArrayList<>();
    long offset = log.startOffset();
    while (offset < log.endOffset()) {
      ReadOutcome outcome = log.read(offset, READ_BYTES, log.endOffset());
      if (outcome instanceof ReadOutcome.Cold cold) {
        outcome = cold.task().run();
      }
      if (!(outcome instanceof ReadOutcome.Batches batches)) {
        throw new AssertionError(promise + " at offset " + offset + ": " + outcome);
      }
      offset = match(promise, found, batches.slice(), offset);
    }
    return found;
  }

  private static long match(
      PartitionPromise promise, List<SentBatch> found, RecordSlice slice, long offset)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
    while (bytes.hasRemaining() && slice.read(bytes, bytes.position()) > 0) {
      continue;
    }
    slice.release();
    check(!bytes.hasRemaining(), () -> promise + ": a slice is shorter than it says");
    long next = found.isEmpty() ? -1 : offset;
    for (int at = 0; at < bytes.capacity(); at += BatchHeader.sizeBytes(bytes, at)) {
      SentBatch batch = known(promise, bytes, at);
      long expected = next;
      check(
          expected < 0 ? batch.offset() <= offset : batch.offset() == expected,
          () -> promise + ": " + batch + " comes where offset " + expected + " is expected");
      next = batch.nextOffset();
      found.add(batch);
    }
    return next;
  }

  private static SentBatch known(PartitionPromise promise, ByteBuffer bytes, int at) {
    long offset = BatchHeader.baseOffset(bytes, at);
    byte[] stored = Arrays.copyOfRange(bytes.array(), at, at + BatchHeader.sizeBytes(bytes, at));
    return promise.possible.getOrDefault(offset, List.of()).stream()
        .filter(batch -> Arrays.equals(batch.stored(), stored))
        .findAny()
        .orElseThrow(
            () -> new AssertionError(promise + ": nobody wrote what is at offset " + offset));
  }

  /** The last five batches of each producer are known again, and a gap is refused. */
  private void verifyProducers(PartitionPromise promise, PartitionLog log) {
    Map<Long, List<SentBatch>> byProducer = new TreeMap<>();
    for (SentBatch batch : promise.content) {
      byProducer.computeIfAbsent(batch.producerId(), id -> new ArrayList<>()).add(batch);
    }
    byProducer.forEach(
        (producerId, batches) -> {
          List<SentBatch> last =
              batches.subList(Math.max(0, batches.size() - REMEMBERED_BATCHES), batches.size());
          List<SentBatch> visible =
              last.stream().filter(batch -> batch.offset() >= log.startOffset()).toList();
          visible.forEach(batch -> verifyDuplicate(promise, log, batch));
          if (!visible.isEmpty()) {
            verifyGap(promise, log, producerId);
          }
        });
  }

  private void verifyDuplicate(PartitionPromise promise, PartitionLog log, SentBatch batch) {
    AppendOutcome outcome = log.append(batch.toSend(), world.leaderEpoch());
    check(
        outcome instanceof AppendOutcome.Duplicate duplicate
            && duplicate.baseOffset() == batch.offset()
            && duplicate.lastOffset() == batch.nextOffset() - 1,
        () -> promise + ": " + batch + " sent again is " + outcome);
  }

  private void verifyGap(PartitionPromise promise, PartitionLog log, long producerId) {
    int sequence = promise.nextSequences.get(producerId) + 1;
    SentBatch gap = SentBatch.of(log.endOffset(), world.leaderEpoch(), producerId, sequence, 1, 0);
    AppendOutcome outcome = log.append(gap.toSend(), world.leaderEpoch());
    check(
        outcome instanceof AppendOutcome.Refused refused
            && refused.error() == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
        () -> promise + ": a gap before " + gap + " is " + outcome);
  }

  private static void check(boolean holds, Supplier<String> otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise.get());
    }
  }
}
