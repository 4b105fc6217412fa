package io.millrace.log.segment;

import io.millrace.log.DiskFile;
import io.millrace.log.segment.BatchScanner.Step;
import io.millrace.record.BatchHeader;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

/** Finds the newest timestamp of a segment that this process did not write. */
final class SegmentTimes {
  private SegmentTimes() {}

  /**
   * From the time index and what of the log comes after its last entry; {@link
   * Segment#NO_TIMESTAMP} for an empty segment.
   */
  static long newest(Segment segment) throws IOException {
    long newest = Segment.NO_TIMESTAMP;
    long from = segment.baseOffset();
    Optional<TimeIndex.Entry> last = segment.times().last();
    if (last.isPresent()
        && last.get().offset() >= from
        && last.get().offset() < segment.nextOffset()) {
      newest = last.get().timestampMs();
      from = last.get().offset() + 1;
    }
    if (from >= segment.nextOffset()) {
      return newest;
    }
    DiskFile file = segment.log().acquire();
    try {
      BatchPlace start = new BatchPlace(segment.baseOffset(), 0);
      BatchPlace place = placeInside(segment, from).orElse(start);
      OptionalLong behind = newestBehind(segment, file, place);
      if (behind.isEmpty() && place.position() > 0) {
        behind = newestBehind(segment, file, start); // The index led nowhere.
      }
      return Math.max(newest, behind.orElse(Segment.NO_TIMESTAMP));
    } finally {
      segment.log().release();
    }
  }

  private static Optional<BatchPlace> placeInside(Segment segment, long offset) throws IOException {
    return segment
        .offsets()
        .floorOffset(offset)
        .filter(entry -> entry.position() > 0 && entry.position() < segment.sizeBytes());
  }

  /** The newest timestamp from a place on; empty if not even a batch begins there. */
  private static OptionalLong newestBehind(Segment segment, DiskFile file, BatchPlace place)
      throws IOException {
    BatchScanner scanner =
        BatchScanner.skimming(file, place.position(), segment.sizeBytes(), place.offset());
    OptionalLong newest = OptionalLong.empty();
    while (scanner.next() == Step.BATCH) {
      long timestampMs = BatchHeader.maxTimestampMs(scanner.header(), 0);
      newest = OptionalLong.of(Math.max(timestampMs, newest.orElse(Segment.NO_TIMESTAMP)));
    }
    return newest;
  }
}
