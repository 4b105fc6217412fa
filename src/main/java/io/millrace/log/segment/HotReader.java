package io.millrace.log.segment;

import io.millrace.log.DiskFile;
import io.millrace.log.ReadOutcome;
import io.millrace.log.segment.BatchScanner.Step;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Serves batches that this process appended and that are hot, at once: no byte of them is read, and
 * only a reader who begins between the places that the window remembers costs a look at headers.
 *
 * <p>Threading: the log's owner thread.
 */
final class HotReader {
  private final HotWindow window;

  HotReader(HotWindow window) {
    this.window = window;
  }

  /** Batches or nothing; null if the offset is not hot, or if its place does not check out. */
  @Nullable ReadOutcome read(Segment segment, long offset, int maxBytes, long limitOffset)
      throws IOException {
    BatchPlace start = hotPlaceBefore(segment, offset);
    if (start == null) {
      return null;
    }
    DiskFile file = segment.log().acquire();
    ReadOutcome outcome = null;
    try {
      if (start.offset() != offset) {
        start = walkTo(segment, file, start, offset);
      }
      outcome = start == null ? null : sliceFrom(segment, file, start, maxBytes, limitOffset);
      return outcome;
    } finally {
      if (!(outcome instanceof ReadOutcome.Batches)) {
        segment.log().release(); // Else the slice holds the file.
      }
    }
  }

  private @Nullable BatchPlace hotPlaceBefore(Segment segment, long offset) {
    if (segment.ownedFrom() >= segment.sizeBytes()) {
      return null; // Nothing was appended to this file; compaction may have moved what there was.
    }
    int place = window.floor(offset);
    long base = segment.windowBase();
    long position = place < 0 ? -1 : window.positionAt(place) - base;
    long placeOffset;
    if (position >= 0) {
      placeOffset = window.offsetAt(place);
    } else if (segment.ownedFrom() == 0) {
      position = 0; // The segment began in this process: its first batch is at its start.
      placeOffset = segment.baseOffset();
    } else {
      return null;
    }
    return position < segment.ownedFrom() || !window.isHot(base + position)
        ? null
        : new BatchPlace(placeOffset, (int) position);
  }

  private static @Nullable BatchPlace walkTo(
      Segment segment, DiskFile file, BatchPlace from, long offset) throws IOException {
    BatchScanner scanner =
        BatchScanner.skimming(file, from.position(), segment.sizeBytes(), from.offset());
    long base = from.offset();
    while (scanner.next() == Step.BATCH) {
      if (scanner.expectedOffset() > offset) {
        return new BatchPlace(base, (int) scanner.position());
      }
      base = scanner.expectedOffset();
    }
    return null;
  }

  private @Nullable ReadOutcome sliceFrom(
      Segment segment, DiskFile file, BatchPlace start, int maxBytes, long limitOffset)
      throws IOException {
    long bound = Math.min((long) start.position() + maxBytes, segment.sizeBytes());
    if (bound == segment.sizeBytes() && segment.nextOffset() <= limitOffset) {
      return batches(segment, file, start, bound, segment.nextOffset());
    }
    int place = window.floor(limitOffset, segment.windowBase() + bound);
    long end = place < 0 ? -1 : window.positionAt(place) - segment.windowBase();
    if (end > start.position()) {
      return batches(segment, file, start, end, window.offsetAt(place));
    }
    return walkFrom(segment, file, start, bound, limitOffset);
  }

  private static @Nullable ReadOutcome walkFrom(
      Segment segment, DiskFile file, BatchPlace start, long bound, long limitOffset)
      throws IOException {
    BatchScanner scanner =
        BatchScanner.skimming(file, start.position(), segment.sizeBytes(), start.offset());
    long end = start.position();
    long next = start.offset();
    Step step = scanner.next();
    while (step == Step.BATCH
        && scanner.expectedOffset() <= limitOffset
        && (end == start.position() || scanner.endPosition() <= bound)) {
      end = scanner.endPosition();
      next = scanner.expectedOffset();
      step = scanner.next();
    }
    if (end > start.position()) {
      return batches(segment, file, start, end, next);
    }
    return step == Step.DAMAGE ? null : new ReadOutcome.Nothing();
  }

  private static ReadOutcome batches(
      Segment segment, DiskFile file, BatchPlace start, long end, long nextOffset) {
    int size = (int) (end - start.position());
    return new ReadOutcome.Batches(
        new FileSlice(segment.log(), file, start.position(), size, start.offset(), nextOffset));
  }
}
