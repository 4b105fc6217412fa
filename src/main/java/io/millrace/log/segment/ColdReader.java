package io.millrace.log.segment;

import io.millrace.log.DiskFile;
import io.millrace.log.LogTask;
import io.millrace.log.ReadOutcome;
import io.millrace.log.segment.BatchScanner.Step;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.function.Consumer;

/**
 * Reads batches that may be on the medium only: checks their CRCs, which also brings them into the
 * page cache, and then serves them from the file. At most 1 MiB at a time, or one batch.
 *
 * <p>Threading: made on the owner thread, run once on a pool thread.
 */
final class ColdReader implements LogTask<ReadOutcome> {
  private final SegmentView view;
  private final long offset;
  private final int maxBytes;
  private final long limitOffset;
  private final long logEndOffset;
  private final Consumer<String> onDamage;

  ColdReader(
      SegmentView view,
      long offset,
      int maxBytes,
      long limitOffset,
      long logEndOffset,
      Consumer<String> onDamage) {
    this.view = view;
    this.offset = offset;
    this.maxBytes = Math.min(maxBytes, BatchScanner.MAX_STEP_BYTES);
    this.limitOffset = limitOffset;
    this.logEndOffset = logEndOffset;
    this.onDamage = onDamage;
  }

  @Override
  public ReadOutcome run() throws IOException {
    DiskFile file;
    try {
      file = view.log().acquire();
    } catch (NoSuchFileException e) {
      // The segment was deleted since; the log begins behind it now.
      return new ReadOutcome.OutOfRange(view.nextOffset(), logEndOffset);
    }
    ReadOutcome outcome = new ReadOutcome.Nothing();
    try {
      outcome = read(file);
      return outcome;
    } finally {
      if (!(outcome instanceof ReadOutcome.Batches)) {
        view.log().release(); // Else the slice holds the file.
      }
    }
  }

  private ReadOutcome read(DiskFile file) throws IOException {
    BatchFinder.Found found = BatchFinder.find(view, file, offset);
    if (found.place().isEmpty()) {
      return damaged(found.damage());
    }
    BatchPlace start = found.place().get();
    BatchScanner scanner =
        BatchScanner.checking(file, start.position(), view.sizeBytes(), start.offset())
            .against(view.epochs());
    long nextOffset = start.offset();
    long end = start.position();
    Step step = scanner.next();
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
    return step == Step.DAMAGE ? damaged(scanner.damage()) : new ReadOutcome.Nothing();
  }

  private ReadOutcome damaged(String what) {
    String reason = view.log().path().getFileName() + " is damaged: " + what;
    onDamage.accept(reason);
    return new ReadOutcome.Damaged(reason);
  }
}
