package io.millrace.log.simulation;

import io.millrace.log.AppendOutcome;
import io.millrace.log.Batches;
import io.millrace.log.ReadOutcome;
import io.millrace.log.compaction.CompactionDriver;
import io.millrace.log.inspect.Entry;
import io.millrace.log.inspect.LogInspector;
import io.millrace.log.segment.LastStop;
import io.millrace.log.segment.LogLimits;
import io.millrace.log.segment.OpenRequest;
import io.millrace.log.segment.SegmentedLog;
import io.millrace.log.simulation.CrashPoints.BrokenPromiseError;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.config.TopicSettings;
import io.millrace.record.CompressionType;
import io.millrace.record.LogRecord;
import io.millrace.record.RecordBatchBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A log that is compacted twice, while the machine, or the process, dies before every single
 * operation. What was durable before must be there after it: the last record of each key, at its
 * offset, in files that are whole.
 */
final class CompactionCrashes {
  private static final Path DIRECTORY = Path.of("/data/keys-0");
  private static final List<Loss> LOSSES =
      List.of(Loss.NOTHING_LOST, Loss.ALL_DROPPED, Loss.NAMES_DROPPED, Loss.BYTES_DROPPED);
  private static final int KEYS = 7;
  private static final int STEP_BYTES = 700;

  /** Where the code syncs while it compacts, and while it recovers from a crash meanwhile. */
  final Set<String> syncSites = new TreeSet<>();

  long restarts;

  private final int seeds;
  private final Predicate<DiskOperation> ignoredSyncs;
  private final SimulatedDisk disk = new SimulatedDisk();
  private final TreeMap<Long, String> sent = new TreeMap<>();
  private final Map<String, Long> latest = new HashMap<>();
  private long endOffset;
  private long promisedProgress;

  CompactionCrashes(int seeds, Predicate<DiskOperation> ignoredSyncs) {
    this.seeds = seeds;
    this.ignoredSyncs = ignoredSyncs;
  }

  /**
   * @throws BrokenPromiseError at the first promise that is broken
   */
  void run() throws IOException {
    disk.createDirectories(DIRECTORY);
    disk.syncDirectory(DIRECTORY.getParent());
    disk.syncDirectory(DIRECTORY.getRoot());
    SegmentedLog log = SegmentedLog.open(request(disk, LastStop.CLEAN, 0));
    append(log, 60, 0);
    compactCrashing(log);
    append(log, 25, 1);
    compactCrashing(log);
    crashEveryWay(null);
  }

  /** Appends records in batches of one to three; all are durable when it returns. */
  private void append(SegmentedLog log, int batches, int epoch) {
    for (int i = 0; i < batches; i++) {
      RecordBatchBuilder builder = new RecordBatchBuilder(CompressionType.NONE, 128);
      for (int j = 0; j <= i % 3; j++) {
        String key = "key-" + endOffset * 5 % KEYS;
        String value = endOffset % 11 == 3 ? null : "v" + endOffset + "x".repeat(i % 40);
        builder.append(
            SimulatedMachine.NOW_MS + endOffset,
            bytes(key),
            value == null ? null : bytes(value),
            List.of());
        sent.put(endOffset, key + "=" + value);
        latest.put(key, endOffset);
        endOffset++;
      }
      AppendOutcome outcome = log.append(builder.build(), epoch);
      if (!(outcome instanceof AppendOutcome.Appended)) {
        throw new AssertionError(outcome);
      }
    }
    Batches.flush(log);
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private void compactCrashing(SegmentedLog log) {
    disk.ignoreSyncs(ignoredSyncs);
    disk.observe(
        operation -> {
          note(operation);
          crashEveryWay(operation);
        });
    compact(log);
    promisedProgress = log.compactable().progress().firstDirtyOffset();
    disk.observe(operation -> {});
    disk.ignoreSyncs(operation -> false);
  }

  private static void compact(SegmentedLog log) {
    CompactionDriver driver =
        new CompactionDriver(log, log.durableEndOffset(), 1 << 20, STEP_BYTES, 0);
    while (driver.step()) {
      continue;
    }
  }

  private void note(DiskOperation operation) {
    if (operation.kind().isSync()) {
      syncSites.add(operation.site());
    }
  }

  private void crashEveryWay(DiskOperation operation) {
    for (Loss loss : LOSSES) {
      crash(operation, loss, 0);
    }
    for (int seed = 1; seed <= seeds; seed++) {
      crash(operation, seed % 2 == 0 ? Loss.TORN : Loss.TORN_BYTES, seed);
    }
  }

  private void crash(DiskOperation operation, Loss loss, int seed) {
    String how = "crash before " + operation + ", " + loss + ", seed " + seed;
    try {
      boolean killed = loss == Loss.NOTHING_LOST;
      SimulatedDisk left = killed ? disk.afterKill() : disk.afterPowerLoss(loss, seed);
      if (seed % 3 == 2) {
        left = interruptRecovery(left, loss, seed);
      }
      left.ignoreSyncs(ignoredSyncs);
      left.observe(this::note);
      SegmentedLog log =
          SegmentedLog.open(
              request(left, killed ? LastStop.PROCESS_DIED : LastStop.MACHINE_DIED, endOffset));
      restarts++;
      verify(left, log);
      compact(log);
      verify(left, log);
    } catch (IOException | RuntimeException | AssertionError e) {
      throw new BrokenPromiseError(how, e);
    }
  }

  /** Lets the machine die again while it puts the files in order. */
  private SimulatedDisk interruptRecovery(SimulatedDisk left, Loss loss, int seed)
      throws IOException {
    left.ignoreSyncs(ignoredSyncs);
    left.observe(this::note);
    left.stopAt(left.operations().size() + 1L + seed % 7);
    try {
      SegmentedLog.open(request(left, LastStop.MACHINE_DIED, endOffset));
    } catch (PowerLossError stopped) {
      // What it did so far is all that there is.
    }
    return left.afterPowerLoss(loss, seed * 31L);
  }

  private static OpenRequest request(SimulatedDisk disk, LastStop lastStop, long recoveryPoint) {
    return new OpenRequest(
        disk,
        DIRECTORY,
        new TopicPartition(new TopicName("keys"), 0),
        new TopicId(0, 1),
        TopicSettings.of(
            Map.of(
                "cleanup.policy", "compact",
                "min.cleanable.dirty.ratio", "0.0",
                "segment.bytes", "2048",
                "index.interval.bytes", "150")),
        LogLimits.DEFAULTS,
        new SimulatedMachine("boot"),
        lastStop,
        recoveryPoint,
        OpenRequest.UNKNOWN_OFFSET);
  }

  private void verify(SimulatedDisk on, SegmentedLog log) throws IOException {
    check(log.damage().isEmpty(), () -> "damage: " + log.damage());
    check(
        log.endOffset() == endOffset, () -> "it ends at " + log.endOffset() + ", not " + endOffset);
    long progress = log.compactable().progress().firstDirtyOffset();
    check(
        progress >= promisedProgress, () -> "progress " + promisedProgress + " is now " + progress);
    for (String name : on.list(DIRECTORY)) {
      check(!name.endsWith(".swap") && !name.endsWith(".cleaned"), () -> name + " is left");
    }
    new LogInspector(on, true)
        .inspect(
            DIRECTORY, entry -> check(!(entry instanceof Entry.Damage), () -> entry.toString()));
    Set<Long> found = readAll(log);
    latest.forEach((key, offset) -> check(found.contains(offset), () -> key + " at " + offset));
  }

  private Set<Long> readAll(SegmentedLog log) {
    Set<Long> found = new TreeSet<>();
    long next = 0;
    while (next < endOffset) {
      ReadOutcome outcome = Batches.read(log, next, 1000, endOffset);
      if (!(outcome instanceof ReadOutcome.Batches batches)) {
        throw new AssertionError("at " + next + ": " + outcome);
      }
      next = batches.slice().nextOffset();
      for (LogRecord record : Batches.recordsIn(Batches.bytesOf(batches.slice()))) {
        String value = record.value() == null ? null : text(record.value());
        String stored = text(record.key()) + "=" + value;
        check(stored.equals(sent.get(record.offset())), () -> stored + " at " + record.offset());
        found.add(record.offset());
      }
    }
    return found;
  }

  private static String text(ByteBuffer bytes) {
    return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
  }

  private static void check(boolean holds, Supplier<String> otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise.get());
    }
  }
}
