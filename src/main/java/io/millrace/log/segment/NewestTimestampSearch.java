package io.millrace.log.segment;

import io.millrace.log.DiskFile;
import io.millrace.log.LogTask;
import io.millrace.log.PartitionLog.TimestampOffset;
import io.millrace.log.segment.BatchScanner.Step;
import io.millrace.record.BatchHeader;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;

/**
 * Finds the first of the records that have the newest timestamp: first the timestamp, from what is
 * known of each segment or from its batches' headers, then the record.
 *
 * <p>Threading: made on the owner thread, run once on a pool thread.
 */
final class NewestTimestampSearch implements LogTask<Optional<TimestampOffset>> {
  private final List<SegmentView> segments;
  private final long startOffset;
  private final long decompressionBytes;

  NewestTimestampSearch(List<SegmentView> segments, long startOffset, long decompressionBytes) {
    this.segments = segments;
    this.startOffset = startOffset;
    this.decompressionBytes = decompressionBytes;
  }

  @Override
  public Optional<TimestampOffset> run() throws IOException {
    long newest = Segment.NO_TIMESTAMP;
    for (SegmentView segment : segments) {
      if (segment.sizeBytes() > 0 && segment.nextOffset() > startOffset) {
        newest = Math.max(newest, newestIn(segment));
      }
    }
    return newest == Segment.NO_TIMESTAMP
        ? Optional.empty()
        : new TimestampSearch(segments, newest, startOffset, decompressionBytes).run();
  }

  private long newestIn(SegmentView segment) throws IOException {
    boolean whole = segment.baseOffset() >= startOffset;
    if (whole && segment.newestTimestampIfKnownMs() != Segment.UNKNOWN_TIMESTAMP) {
      return segment.newestTimestampIfKnownMs();
    }
    // Records below the start are gone, though their batches may be there still.
    Optional<TimeIndex.Entry> last = whole ? segment.times().last() : Optional.empty();
    long indexed = last.map(TimeIndex.Entry::timestampMs).orElse(Segment.NO_TIMESTAMP);
    long from =
        last.map(entry -> entry.offset() + 1).orElse(Math.max(segment.baseOffset(), startOffset));
    return from >= segment.nextOffset() ? indexed : Math.max(indexed, newestFrom(segment, from));
  }

  private static long newestFrom(SegmentView segment, long from) throws IOException {
    DiskFile file;
    try {
      file = segment.log().acquire();
    } catch (NoSuchFileException e) {
      return Segment.NO_TIMESTAMP; // Deleted since; the log begins behind it now.
    }
    try {
      BatchFinder.Found found = BatchFinder.find(segment, file, from);
      if (found.place().isEmpty()) {
        throw new IOException(segment.log().path() + " is damaged: " + found.damage());
      }
      BatchPlace place = found.place().get();
      BatchScanner scanner =
          BatchScanner.checking(file, place.position(), segment.sizeBytes(), place.offset())
              .against(segment.epochs());
      long newest = Segment.NO_TIMESTAMP;
      Step step = scanner.next();
      for (; step == Step.BATCH; step = scanner.next()) {
        newest = Math.max(newest, BatchHeader.maxTimestampMs(scanner.header(), 0));
      }
      if (step == Step.DAMAGE) {
        throw new IOException(segment.log().path() + " is damaged: " + scanner.damage());
      }
      return newest;
    } finally {
      segment.log().release();
    }
  }
}
