package io.millrace.log.segment;

import io.millrace.log.DiskFile;
import io.millrace.log.LogTask;
import io.millrace.log.PartitionLog.TimestampOffset;
import io.millrace.log.segment.BatchScanner.Step;
import io.millrace.record.BatchHeader;
import io.millrace.record.RecordReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;

/**
 * Finds the first record whose timestamp is at least the one asked for: by the time indexes the
 * segment and a place in it, from there by the batches' newest timestamps, then record by record.
 *
 * <p>Threading: made on the owner thread, run once on a pool thread.
 */
final class TimestampSearch implements LogTask<Optional<TimestampOffset>> {
  private final List<SegmentView> segments;
  private final long timestampMs;
  private final long startOffset;
  private final long decompressionBytes;

  TimestampSearch(
      List<SegmentView> segments, long timestampMs, long startOffset, long decompressionBytes) {
    this.segments = segments;
    this.timestampMs = timestampMs;
    this.startOffset = startOffset;
    this.decompressionBytes = decompressionBytes;
  }

  @Override
  public Optional<TimestampOffset> run() throws IOException {
    for (SegmentView made : segments) {
      SegmentView segment = made.newest();
      if (mayContain(segment)) {
        Optional<TimestampOffset> found = searchIn(segment);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  private boolean mayContain(SegmentView segment) throws IOException {
    if (segment.sizeBytes() == 0 || segment.nextOffset() <= startOffset) {
      return false;
    }
    if (segment.newestTimestampIfKnownMs() != Segment.UNKNOWN_TIMESTAMP) {
      return segment.newestTimestampIfKnownMs() >= timestampMs;
    }
    Optional<TimeIndex.Entry> last = lastEntry(segment);
    boolean complete = last.isPresent() && last.get().offset() == segment.nextOffset() - 1;
    return !complete || last.get().timestampMs() >= timestampMs;
  }

  /** Nothing if compaction took the index away: the log itself is asked then. */
  private static Optional<TimeIndex.Entry> lastEntry(SegmentView segment) throws IOException {
    try {
      return segment.times().last();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private long placeByIndex(SegmentView segment) throws IOException {
    try {
      return segment
          .times()
          .lowerTimestamp(timestampMs)
          .map(entry -> entry.offset() + 1)
          .orElse(segment.baseOffset());
    } catch (NoSuchFileException e) {
      return segment.baseOffset();
    }
  }

  private Optional<TimestampOffset> searchIn(SegmentView made) throws IOException {
    SegmentView segment = made.newest();
    DiskFile file;
    try {
      file = segment.log().acquire();
    } catch (NoSuchFileException e) {
      if (segment.log().successor() != null) {
        return searchIn(segment);
      }
      return Optional.empty(); // Deleted since; the log begins behind it now.
    }
    try {
      long from = Math.max(Math.max(placeByIndex(segment), segment.baseOffset()), startOffset);
      if (from >= segment.nextOffset()) {
        return Optional.empty();
      }
      BatchFinder.Found found = BatchFinder.find(segment, file, from);
      if (found.place().isEmpty()) {
        throw new IOException(segment.log().path() + " is damaged: " + found.damage());
      }
      return searchFrom(segment, file, found.place().get());
    } finally {
      segment.log().release();
    }
  }

  private Optional<TimestampOffset> searchFrom(SegmentView segment, DiskFile file, BatchPlace place)
      throws IOException {
    BatchScanner scanner =
        BatchScanner.checking(file, place.position(), segment.sizeBytes(), place.offset())
            .against(segment.epochs());
    Step step = scanner.next();
    for (; step == Step.BATCH; step = scanner.next()) {
      if (BatchHeader.maxTimestampMs(scanner.header(), 0) >= timestampMs) {
        Optional<TimestampOffset> found = searchBatch(file, scanner);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    if (step == Step.DAMAGE) {
      throw new IOException(segment.log().path() + " is damaged: " + scanner.damage());
    }
    return Optional.empty();
  }

  private Optional<TimestampOffset> searchBatch(DiskFile file, BatchScanner scanner)
      throws IOException {
    ByteBuffer batch = ByteBuffer.allocate(scanner.sizeBytes());
    file.read(batch, scanner.position());
    try (RecordReader reader = RecordReader.of(batch.flip(), 0, decompressionBytes)) {
      while (reader.advance()) {
        if (reader.timestampMs() >= timestampMs && reader.offset() >= startOffset) {
          int epoch = BatchHeader.leaderEpoch(batch, 0);
          return Optional.of(new TimestampOffset(reader.timestampMs(), reader.offset(), epoch));
        }
      }
    }
    return Optional.empty();
  }
}
