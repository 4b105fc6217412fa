package io.millrace.log.segment;

import io.millrace.log.Disk;
import io.millrace.log.DiskFile;
import io.millrace.log.segment.BatchScanner.Step;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Brings a log from its files back to life. After a clean stop that is a listing and some small
 * reads; else {@link LogRecovery} checks what was not known to be durable. Blocking.
 */
final class LogOpening {
  /** What a log begins with. */
  record Opened(
      SegmentList segments,
      EpochTable epochs,
      ProducerState producers,
      Optional<LogDamage> damage,
      Optional<LogRecovered> recovered) {}

  private static final int MAX_EPOCH_FILE_BYTES = 16 << 20;

  private final OpenRequest request;
  private final Disk disk;
  private final Path directory;

  private LogOpening(OpenRequest request) {
    this.request = request;
    this.disk = request.disk();
    this.directory = request.directory();
  }

  /**
   * @throws IOException if the directory is another topic's, of another format, or cannot be read
   *     or written
   */
  static Opened open(OpenRequest request) throws IOException {
    LogOpening opening = new LogOpening(request);
    Opened opened = opening.open();
    boolean endsBeforeItsStart =
        opened.damage().isEmpty()
            && opened.segments().active().nextOffset() < request.logStartOffset();
    return endsBeforeItsStart ? opening.startOver(opened) : opened;
  }

  /**
   * All records that the power loss left were deleted before it (DeleteRecords), and those up to
   * the log start offset are lost as well; or a follower was about to start over there. The log
   * goes on there, with nothing in it and so in no epoch.
   */
  private Opened startOver(Opened opened) throws IOException {
    SegmentLog.LOG.warn(
        "{}: starting over at the log start offset {}, the log ends at {}",
        directory,
        request.logStartOffset(),
        opened.segments().active().nextOffset());
    CheckedFile.replace(disk, directory.resolve(EpochTable.FILE_NAME), EpochTable.EMPTY.toFile());
    // From the oldest on, each durably: what a crash in between leaves still ends where it did.
    new SegmentDeletion(disk, directory, opened.segments().all()).run();
    long start = request.logStartOffset();
    Segment first = new Segment(disk, directory, start, 0, 0, start);
    first.writer();
    first.closeWriter();
    CheckedFile.replace(
        disk,
        SegmentFiles.producers(directory, start),
        ProducerSnapshot.encode(opened.producers(), start));
    // The first record begins an epoch, so its flush syncs the names; until then an empty directory
    // means the same.
    return new Opened(
        new SegmentList(List.of(first)),
        EpochTable.EMPTY,
        opened.producers(),
        opened.damage(),
        opened.recovered());
  }

  private Opened open() throws IOException {
    disk.createDirectories(directory);
    PartitionFiles files = PartitionFiles.list(disk, directory);
    if (SegmentSwap.recover(disk, directory, files.names())) {
      files = PartitionFiles.list(disk, directory);
    }
    if (PartitionMeta.claim(disk, directory, files.names(), request.topicId())) {
      disk.syncDirectory(directory); // No segment's name outlives that of whose it is.
    }
    files.deleteLeftovers(disk, directory);
    if (files.logs().isEmpty()) {
      return create();
    }
    List<Segment> segments = files.segments(disk, directory);
    Optional<EpochTable> epochs = readEpochs(files, segments);
    if (request.lastStop() == LastStop.CLEAN && epochs.isPresent() && endsWhole(segments)) {
      for (Segment segment : segments) {
        rebuildMissingIndexes(files, segment);
      }
      SegmentList list = new SegmentList(segments);
      ProducerState producers =
          new ProducerReplay(request).stateAtEnd(files.snapshots(), list, epochs.get());
      return new Opened(list, epochs.get(), producers, Optional.empty(), Optional.empty());
    }
    return new LogRecovery(request, files, segments).recover(epochs);
  }

  /**
   * An empty log. Its segment's name is durable before there is a second one, which could outlive
   * it.
   */
  private Opened create() throws IOException {
    long base = Math.max(0, Math.max(request.recoveryPoint(), request.logStartOffset()));
    Segment first = new Segment(disk, directory, base, 0, 0, base);
    first.writer();
    first.closeWriter();
    disk.syncDirectory(directory);
    long start = Math.max(0, request.logStartOffset());
    Optional<LogDamage> damage =
        request.recoveryPoint() > start
            ? Optional.of(
                new LogDamage(
                    "all segments of "
                        + request.partition()
                        + " are gone; records up to offset "
                        + request.recoveryPoint()
                        + " were on disk",
                    start))
            : Optional.empty();
    return new Opened(
        new SegmentList(List.of(first)),
        EpochTable.EMPTY,
        new ProducerState(request.limits()),
        damage,
        Optional.empty());
  }

  /** The epochs as they were written; empty if they are not there or not to be believed. */
  private Optional<EpochTable> readEpochs(PartitionFiles files, List<Segment> segments) {
    if (!files.names().contains(EpochTable.FILE_NAME)) {
      boolean neverAppended = segments.size() == 1 && segments.get(0).sizeBytes() == 0;
      return neverAppended ? Optional.of(EpochTable.EMPTY) : Optional.empty();
    }
    Path path = directory.resolve(EpochTable.FILE_NAME);
    try {
      return Optional.of(EpochTable.parse(CheckedFile.read(disk, path, MAX_EPOCH_FILE_BYTES)));
    } catch (IOException e) {
      SegmentLog.LOG.warn("{} is not used: {}", path, e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * Finds the last segment's end from its last index entry on.
   *
   * @return false if the file does not end with a batch, or not at the recovery point: then it was
   *     not left in order, whatever the marker says
   */
  private boolean endsWhole(List<Segment> segments) throws IOException {
    Segment last = segments.get(segments.size() - 1);
    long end = last.baseOffset();
    if (last.sizeBytes() > 0) {
      BatchPlace place =
          last.offsets()
              .floorOffset(Long.MAX_VALUE)
              .filter(entry -> entry.position() > 0 && entry.position() < last.sizeBytes())
              .orElse(new BatchPlace(last.baseOffset(), 0));
      DiskFile file = last.log().acquire();
      try {
        BatchScanner scanner =
            BatchScanner.skimming(file, place.position(), last.sizeBytes(), place.offset());
        Step step = scanner.next();
        while (step == Step.BATCH) {
          step = scanner.next();
        }
        if (step == Step.DAMAGE) {
          return false;
        }
        end = scanner.expectedOffset();
      } finally {
        last.log().release();
      }
    }
    last.endsAt(last.sizeBytes(), end);
    return end >= request.logStartOffset()
        && (request.recoveryPoint() == OpenRequest.UNKNOWN_OFFSET
            || request.recoveryPoint() == end);
  }

  private void rebuildMissingIndexes(PartitionFiles files, Segment segment) throws IOException {
    int interval = LogConfig.of(request.topicSettings()).indexIntervalBytes();
    if (segment.sizeBytes() > interval && !files.hasIndexes(segment)) {
      SegmentLog.LOG.warn("the indexes of {} are missing and are made again", segment);
      IndexRebuild.rebuild(segment, interval);
    }
  }
}
