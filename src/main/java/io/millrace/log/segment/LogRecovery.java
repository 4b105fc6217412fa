package io.millrace.log.segment;

import io.millrace.log.Disk;
import io.millrace.log.DiskFile;
import io.millrace.log.segment.BatchScanner.Step;
import io.millrace.log.segment.LogOpening.Opened;
import io.millrace.record.BatchHeader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Recovers a log that was not closed. Batches from the newest producer snapshot at or below the
 * recovery point on are checked, replayed and indexed again; what comes before is trusted. Where a
 * batch is not whole:
 *
 * <ul>
 *   <li>below the recovery point it was whole once: damage, reported, never cut;
 *   <li>above it, if the machine went down, it was never promised: it and all behind it is cut;
 *   <li>above it, if only the process died, the page cache kept every finished write: an incomplete
 *       batch with nothing behind it is the write that was under way, and is cut; anything else is
 *       damage.
 * </ul>
 *
 * <p>When it returns, all that is left is durable. Blocking.
 */
final class LogRecovery {
  private final OpenRequest request;
  private final Disk disk;
  private final Path directory;
  private final PartitionFiles files;
  private final List<Segment> segments;
  private final int indexIntervalBytes;
  private final long recoveryPoint;
  private final long nowNanos;
  private EpochTable written = EpochTable.EMPTY;
  private EpochTable epochs = EpochTable.EMPTY;
  private ProducerState producers;
  private long replayFrom;
  private int firstScanned;
  private @Nullable LogDamage damage;
  private long checkedBytes;
  private long cutBytes;
  private int cutSegments;

  LogRecovery(OpenRequest request, PartitionFiles files, List<Segment> found) {
    this.request = request;
    this.disk = request.disk();
    this.directory = request.directory();
    this.files = files;
    this.segments = new ArrayList<>(found);
    this.indexIntervalBytes = LogConfig.of(request.topicSettings()).indexIntervalBytes();
    this.recoveryPoint = Math.max(request.recoveryPoint(), found.get(0).baseOffset());
    this.nowNanos = request.time().monotonicNanos();
    this.producers = new ProducerState(request.limits());
  }

  /**
   * @param found the epochs as they were found, empty if every batch has to be asked
   */
  Opened recover(Optional<EpochTable> found) throws IOException {
    long beginning = segments.get(0).baseOffset();
    replayFrom = beginning;
    if (found.isPresent()) {
      written = found.get();
      epochs = written.truncatedTo(recoveryPoint);
      ProducerReplay.Base base =
          new ProducerReplay(request).newestSnapshot(files.snapshots(), recoveryPoint, beginning);
      producers = base.state();
      replayFrom = base.offset();
    }
    SegmentLog.LOG.debug(
        "{}: recovering from offset {}, recovery point {}", directory, replayFrom, recoveryPoint);
    firstScanned = firstToScan();
    int index = firstScanned;
    while (index < segments.size() && scan(index)) {
      index++;
    }
    long end = segments.get(segments.size() - 1).nextOffset();
    if (end < recoveryPoint && damage == null) {
      damage =
          new LogDamage(
              "the log ends at offset " + end + ", records up to " + recoveryPoint + " are gone",
              end);
    }
    makeDurable(found, end);
    return new Opened(
        new SegmentList(segments),
        epochs,
        producers,
        Optional.ofNullable(damage),
        Optional.of(new LogRecovered(checkedBytes, cutBytes, cutSegments)));
  }

  /**
   * The segment that replay begins in, or an earlier one whose indexes may not have been synced:
   * they are with the first flush after the segment was closed, which moves the recovery point past
   * it.
   */
  private int firstToScan() {
    boolean indexesMayBeNoise = request.lastStop() == LastStop.MACHINE_DIED;
    int index = segments.size() - 1;
    while (index > 0
        && (segments.get(index).baseOffset() > replayFrom
            || (indexesMayBeNoise && segments.get(index).baseOffset() >= recoveryPoint))) {
      index--;
    }
    return index;
  }

  /** Checks one segment; false if what comes behind it was cut off. */
  private boolean scan(int index) throws IOException {
    Segment segment = segments.get(index);
    long base = segment.baseOffset();
    if (base > replayFrom) {
      // Once the segments before this one are deleted, nothing else tells of their producers.
      CheckedFile.replace(
          disk, SegmentFiles.producers(directory, base), ProducerSnapshot.encode(producers, base));
    }
    int fileSize = segment.sizeBytes();
    long knownNext = segment.nextOffset();
    BatchPlace start = startIn(segment);
    checkedBytes += fileSize - start.position();
    segment.rewindTo(start.position(), start.offset());
    DiskFile file = segment.log().acquire();
    try {
      BatchScanner scanner =
          BatchScanner.checking(file, start.position(), fileSize, start.offset());
      Step step = scanner.next();
      String wrong = "";
      while (step == Step.BATCH && wrong.isEmpty()) {
        wrong = take(segment, scanner);
        step = wrong.isEmpty() ? scanner.next() : Step.DAMAGE;
      }
      boolean isLast = index == segments.size() - 1;
      if (step == Step.END && (isLast || segment.nextOffset() == knownNext)) {
        return true;
      }
      if (step == Step.END) {
        wrong = "the next segment begins at offset " + knownNext;
      }
      String what = wrong.isEmpty() ? scanner.damage() : wrong;
      if (mayCut(segment, file, fileSize, isLast, scanner.isIncomplete())) {
        cutBehind(index, what, fileSize);
        return false;
      }
      String found = segment.log().path().getFileName() + " is damaged: " + what;
      SegmentLog.LOG.error("{}: {}", directory, found);
      damage = damage == null ? new LogDamage(found, base) : damage;
      if (!isLast) {
        segment.endsAt(fileSize, knownNext);
      }
      return true;
    } finally {
      segment.log().release();
    }
  }

  /** Where to begin in a segment: at its start, or further on if its index leads there. */
  private BatchPlace startIn(Segment segment) throws IOException {
    BatchPlace beginning = new BatchPlace(segment.baseOffset(), 0);
    boolean isLast = segment == segments.get(segments.size() - 1);
    boolean indexesSynced = !isLast && segment.nextOffset() < recoveryPoint;
    if (segment.baseOffset() >= replayFrom
        || (request.lastStop() == LastStop.MACHINE_DIED && !indexesSynced)
        || !files.hasIndexes(segment)
        || !segment.offsets().isOrdered(segment.sizeBytes())
        || !segment.times().isOrdered()) {
      return beginning;
    }
    Optional<BatchPlace> entry = segment.offsets().floorOffset(replayFrom);
    if (entry.isEmpty()) {
      return beginning;
    }
    DiskFile file = segment.log().acquire();
    try {
      BatchPlace place = entry.get();
      boolean agrees =
          BatchScanner.checking(file, place.position(), segment.sizeBytes(), place.offset()).next()
              == Step.BATCH;
      return agrees ? place : beginning;
    } finally {
      segment.log().release();
    }
  }

  /** Takes one whole batch; what is wrong with its epoch, if anything is. */
  private String take(Segment segment, BatchScanner scanner) {
    long base = BatchHeader.baseOffset(scanner.header(), 0);
    int epoch = BatchHeader.leaderEpoch(scanner.header(), 0);
    int said = written.at(base);
    // Above the recovery point an epoch may have begun that was not written down yet.
    boolean isNew = base >= recoveryPoint && epoch > written.latest();
    boolean wasNeverWritten = said == EpochTable.NO_EPOCH && epoch >= 0;
    if (epoch != said && !isNew && !wasNeverWritten) {
      return "batch at offset " + base + " has leader epoch " + epoch + ", expected " + said;
    }
    boolean isKnown = base < recoveryPoint && epoch == said;
    if (!isKnown && epoch < epochs.latest()) {
      // One of the two is damaged, and nothing tells which: neither is to be served.
      int later = epochs.latest();
      epochs = epochs.upToEpoch(epoch).truncatedTo(base);
      return "batch at offset " + base + " has leader epoch " + epoch + " after " + later;
    }
    epochs = isKnown ? epochs : epochs.with(epoch, base);
    if (base >= replayFrom) {
      producers.appended(scanner.header(), 0, nowNanos);
    }
    segment.recovered(scanner.header(), scanner.sizeBytes(), indexIntervalBytes);
    return "";
  }

  private boolean mayCut(
      Segment segment, DiskFile file, int fileSize, boolean isLast, boolean isIncomplete)
      throws IOException {
    if (segment.nextOffset() < recoveryPoint) {
      return false;
    }
    if (request.lastStop() == LastStop.MACHINE_DIED) {
      return true;
    }
    BatchPlace place = new BatchPlace(segment.nextOffset(), segment.sizeBytes());
    return isLast && isIncomplete && !DamageSearch.findsBatchBehind(file, place, fileSize);
  }

  private void cutBehind(int index, String what, int fileSize) throws IOException {
    Segment last = segments.get(index);
    cutBytes = (long) fileSize - last.sizeBytes();
    cutSegments = segments.size() - 1 - index;
    SegmentLog.LOG.debug(
        "{}: cutting {} bytes and {} segments behind offset {}: {}",
        directory,
        cutBytes,
        cutSegments,
        last.nextOffset(),
        what);
    last.cutTail();
    List<Segment> behind = segments.subList(index + 1, segments.size());
    // From the newest on, so that a crash in between leaves no hole.
    for (int i = behind.size() - 1; i >= 0; i--) {
      SegmentDeletion.delete(disk, directory, behind.get(i));
    }
    behind.clear();
  }

  private void makeDurable(Optional<EpochTable> found, long end) throws IOException {
    for (Segment segment : segments) {
      if (segment.nextOffset() >= recoveryPoint) {
        segment.writer().sync();
      }
    }
    for (Segment segment : segments) {
      segment.closeWriter(); // Opened again by the first append, if one comes.
    }
    for (int i = 0; i < segments.size() - 1; i++) {
      Segment segment = segments.get(i);
      if (i >= firstScanned) {
        segment.seal();
        segment.syncIndexes();
      }
    }
    for (long snapshot : files.snapshots().tailSet(end, false)) {
      disk.delete(SegmentFiles.producers(directory, snapshot));
    }
    if (found.isEmpty() || !found.get().equals(epochs)) {
      CheckedFile.replace(disk, directory.resolve(EpochTable.FILE_NAME), epochs.toFile());
    }
    disk.syncDirectory(directory);
  }
}
