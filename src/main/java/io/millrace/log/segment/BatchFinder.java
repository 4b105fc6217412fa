package io.millrace.log.segment;

import io.millrace.log.DiskFile;
import io.millrace.log.segment.BatchScanner.Step;
import java.io.IOException;
import java.util.Optional;

/**
 * Finds the batch that contains an offset: by the index if what lies there agrees with it, else
 * from the segment's beginning.
 *
 * <p>Threading: any thread; blocking.
 */
final class BatchFinder {
  private BatchFinder() {}

  /** What was found: a place, or what is wrong on the way to it. */
  record Found(Optional<BatchPlace> place, String damage) {}

  /**
   * @param offset at least the segment's base offset and below its next one
   */
  static Found find(SegmentView view, DiskFile file, long offset) throws IOException {
    BatchPlace start = new BatchPlace(view.baseOffset(), 0);
    Optional<BatchPlace> entry = indexEntry(view, offset);
    if (entry.isPresent()) {
      Found found = walk(view, file, entry.get(), offset);
      if (found.place().isPresent()) {
        return found;
      }
      SegmentLog.LOG.warn(
          "the index of {} leads to no batch at position {}",
          view.log().path(),
          entry.get().position());
    }
    return walk(view, file, start, offset);
  }

  private static Optional<BatchPlace> indexEntry(SegmentView view, long offset) {
    try {
      return view.offsets()
          .floorOffset(offset)
          .filter(entry -> entry.position() > 0 && entry.position() < view.sizeBytes())
          .filter(entry -> entry.offset() > view.baseOffset() && entry.offset() <= offset);
    } catch (IOException e) {
      SegmentLog.LOG.warn("the index of {} cannot be read: {}", view.log().path(), e.getMessage());
      return Optional.empty();
    }
  }

  private static Found walk(SegmentView view, DiskFile file, BatchPlace from, long offset)
      throws IOException {
    BatchScanner scanner =
        BatchScanner.skimming(file, from.position(), view.sizeBytes(), from.offset())
            .against(view.epochs());
    long base = from.offset();
    while (scanner.next() == Step.BATCH) {
      if (scanner.expectedOffset() > offset) {
        return new Found(Optional.of(new BatchPlace(base, (int) scanner.position())), "");
      }
      base = scanner.expectedOffset();
    }
    String damage =
        scanner.damage().isEmpty()
            ? "offset " + offset + " is not in the segment, which ends at " + base
            : scanner.damage();
    return new Found(Optional.empty(), damage);
  }
}
