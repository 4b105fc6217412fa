package io.millrace.log.segment;

import io.millrace.log.DiskFile;
import io.millrace.log.segment.BatchScanner.Step;
import java.io.IOException;

/** Makes a segment's indexes again from its batches. Blocking. */
final class IndexRebuild {
  private IndexRebuild() {}

  /**
   * Walks the whole segment. Behind damage there are no entries: readers find their way there from
   * the damage's place, and stop at it.
   */
  static void rebuild(Segment segment, int indexIntervalBytes) throws IOException {
    int size = segment.sizeBytes();
    long next = segment.nextOffset();
    segment.offsets().file().startOverBeside();
    segment.times().file().startOverBeside();
    segment.rewindTo(0, segment.baseOffset());
    DiskFile file = segment.log().acquire();
    try {
      BatchScanner scanner = BatchScanner.checking(file, 0, size, segment.baseOffset());
      Step step = scanner.next();
      for (; step == Step.BATCH; step = scanner.next()) {
        segment.recovered(scanner.header(), scanner.sizeBytes(), indexIntervalBytes);
      }
      if (step == Step.DAMAGE) {
        SegmentLog.LOG.error("{} is damaged: {}", segment.log().path(), scanner.damage());
      }
    } finally {
      segment.log().release();
    }
    segment.endsAt(size, next);
    // A log that was left in order is not checked: no name may lead to an index that is not whole.
    segment.offsets().file().takePlace();
    segment.times().file().takePlace();
  }
}
