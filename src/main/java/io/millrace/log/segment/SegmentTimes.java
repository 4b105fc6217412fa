package io.millrace.log.segment;

import io.millrace.log.DiskFile;
import io.millrace.log.segment.BatchScanner.Step;
import io.millrace.record.BatchHeader;
import java.io.IOException;
import java.util.Optional;

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
    long upTo = from;
    BatchPlace place =
        segment
            .offsets()
            .floorOffset(from)
            .filter(entry -> entry.offset() > segment.baseOffset() && entry.offset() <= upTo)
            .filter(entry -> entry.position() > 0 && entry.position() < segment.sizeBytes())
            .orElse(new BatchPlace(segment.baseOffset(), 0));
    DiskFile file = segment.log().acquire();
    try {
      BatchScanner scanner =
          BatchScanner.skimming(file, place.position(), segment.sizeBytes(), place.offset());
      while (scanner.next() == Step.BATCH) {
        newest = Math.max(newest, BatchHeader.maxTimestampMs(scanner.header(), 0));
      }
      return newest;
    } finally {
      segment.log().release();
    }
  }
}
