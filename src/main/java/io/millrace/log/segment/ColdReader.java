package io.millrace.log.segment;

import io.millrace.log.DiskFile;
import io.millrace.log.LogTask;
import io.millrace.log.ReadOutcome;
import io.millrace.log.segment.BatchScanner.Step;
import io.millrace.record.BatchHeader;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads batches that may be on the medium only: checks their CRCs, which also brings them into the
 * page cache, and then serves them from the file. At most 1 MiB at a time, or one batch.
 *
 * <p>What compaction left without records is passed over, into the next segments if need be, since
 * some clients ask for ever again where they are given a batch without records. Only if there is
 * nothing else below the limit is it served: who reads always gets on.
 *
 * <p>Threading: made on the owner thread, run once on a pool thread.
 */
final class ColdReader implements LogTask<ReadOutcome> {
  private final List<SegmentView> views;
  private final long offset;
  private final int maxBytes;
  private final long limitOffset;
  private final long logEndOffset;
  private final boolean passEmpty;
  private final Consumer<LogDamage> onDamage;

  /**
   * @param views the segment with the offset, and some that follow it
   * @param passEmpty false for a replica, which needs every batch
   */
  ColdReader(
      List<SegmentView> views,
      long offset,
      int maxBytes,
      long limitOffset,
      long logEndOffset,
      boolean passEmpty,
      Consumer<LogDamage> onDamage) {
    this.views = views;
    this.offset = offset;
    this.maxBytes = Math.min(maxBytes, BatchScanner.MAX_STEP_BYTES);
    this.limitOffset = limitOffset;
    this.logEndOffset = logEndOffset;
    this.passEmpty = passEmpty;
    this.onDamage = onDamage;
  }

  @Override
  public ReadOutcome run() throws IOException {
    for (SegmentView view : passEmpty ? views : List.<SegmentView>of()) {
      long from = Math.max(offset, view.baseOffset());
      boolean mayHave = from < limitOffset && from < view.nextOffset();
      ReadOutcome outcome = mayHave ? read(view, from, true) : null;
      if (outcome != null) {
        return outcome;
      }
    }
    ReadOutcome outcome = read(views.get(0), offset, false);
    return outcome == null ? new ReadOutcome.Nothing() : outcome;
  }

  /** Null if there are only batches without records, and these are to be passed over. */
  private @Nullable ReadOutcome read(SegmentView made, long from, boolean passing)
      throws IOException {
    SegmentView view = made.newest();
    DiskFile file;
    try {
      file = view.log().acquire();
    } catch (NoSuchFileException e) {
      if (view.log().successor() != null) {
        return read(view, from, passing);
      }
      // The segment was deleted since; the log begins behind it now.
      return new ReadOutcome.OutOfRange(view.nextOffset(), logEndOffset);
    }
    ReadOutcome outcome = null;
    try {
      outcome = read(view, file, from, passing);
      return outcome;
    } finally {
      if (!(outcome instanceof ReadOutcome.Batches)) {
        view.log().release(); // Else the slice holds the file.
      }
    }
  }

  private @Nullable ReadOutcome read(SegmentView view, DiskFile file, long from, boolean passing)
      throws IOException {
    BatchFinder.Found found = BatchFinder.find(view, file, from);
    if (found.place().isEmpty()) {
      return damaged(view, found.damage());
    }
    BatchPlace start = found.place().get();
    BatchScanner scanner =
        BatchScanner.checking(file, start.position(), view.sizeBytes(), start.offset())
            .against(view.epochs());
    Step step = scanner.next();
    boolean passed = false;
    while (passing
        && step == Step.BATCH
        && BatchHeader.recordCount(scanner.header(), 0) == 0
        && scanner.expectedOffset() <= limitOffset) {
      start = new BatchPlace(scanner.expectedOffset(), (int) scanner.endPosition());
      step = scanner.next();
      passed = true;
    }
    long nextOffset = start.offset();
    long end = start.position();
    while (step == Step.BATCH
        && scanner.expectedOffset() <= limitOffset
        && (end == start.position() || scanner.endPosition() - start.position() <= maxBytes)) {
      nextOffset = scanner.expectedOffset();
      end = scanner.endPosition();
      step = scanner.next();
    }
    if (end > start.position()) {
      int size = (int) (end - start.position());
      return new ReadOutcome.Batches(
          new FileSlice(view.log(), file, start.position(), size, start.offset(), nextOffset));
    }
    if (step == Step.DAMAGE) {
      return damaged(view, scanner.damage());
    }
    return passed ? null : new ReadOutcome.Nothing();
  }

  private ReadOutcome damaged(SegmentView view, String what) {
    String reason = view.log().path().getFileName() + " is damaged: " + what;
    // Where in the segment does not matter: it is replaced from its beginning on.
    onDamage.accept(new LogDamage(reason, view.baseOffset()));
    return new ReadOutcome.Damaged(reason);
  }
}
