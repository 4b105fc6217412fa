package io.millrace.log.segment;

import io.millrace.log.DiskFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Removes the end of a log, durably, and brings its producer state back to what it was there.
 * Truncation falls between batches: the batch that contains the offset goes as a whole.
 *
 * <p>Threading: run on a pool thread while the owner leaves the log alone. Blocking.
 */
final class Truncation {
  private final LogState state;
  private final long offset;

  Truncation(LogState state, long offset) {
    this.state = state;
    this.offset = offset;
  }

  void run() throws IOException {
    synchronized (state.pending()) {
      truncate();
    }
  }

  private void truncate() throws IOException {
    SegmentList segments = state.segments();
    int index = segments.indexOf(offset);
    if (index > 0 && segments.get(index).baseOffset() == offset) {
      index--; // A segment that would be empty goes too; the one before it is written to again.
    }
    List<Segment> behind = new ArrayList<>(segments.removeAfter(index));
    Collections.reverse(behind); // From the newest on, so that a crash in between leaves no hole.
    for (Segment segment : behind) {
      SegmentDeletion.delete(state.disk(), state.directory(), segment);
    }
    Segment active = segments.active();
    BatchPlace end = placeIn(active);
    active.rewindTo(end.position(), end.offset());
    active.cutTail();
    state.window().truncateTo(end.offset(), active.windowBase() + end.position());
    state.setEpochs(state.epochs().truncatedTo(end.offset()));
    state.pending().truncated(end.offset());
    deleteSnapshotsAbove(end.offset());
    if (state.compacted().firstDirtyOffset() > end.offset()) {
      // What is appended there next was never compacted.
      state.setCompacted(CompactionCheckpoint.NONE);
      state.disk().delete(state.directory().resolve(CompactionCheckpoint.FILE_NAME));
    }
    active.writer().sync();
    Path epochs = state.directory().resolve(EpochTable.FILE_NAME);
    CheckedFile.replace(state.disk(), epochs, state.epochs().toFile());
    state.disk().syncDirectory(state.directory());
    for (int i = 0; i + 1 < segments.size(); i++) {
      if (segments.get(i).openWriter().isPresent()) {
        segments.get(i).writer().sync();
        segments.get(i).closeWriter();
        segments.get(i).syncIndexes();
      }
    }
    state.pending().truncationSynced(end.offset());
    state.setProducers(
        new ProducerReplay(state.request())
            .stateAtEnd(
                PartitionFiles.list(state.disk(), state.directory()).snapshots(),
                segments,
                state.epochs()));
  }

  private BatchPlace placeIn(Segment segment) throws IOException {
    if (offset >= segment.nextOffset()) {
      return new BatchPlace(segment.nextOffset(), segment.sizeBytes());
    }
    if (offset <= segment.baseOffset()) {
      return new BatchPlace(segment.baseOffset(), 0);
    }
    DiskFile file = segment.log().acquire();
    try {
      BatchFinder.Found found =
          BatchFinder.find(SegmentView.of(segment, state.epochs()), file, offset);
      return found
          .place()
          .orElseThrow(
              () -> new IOException(segment.log().path() + " is damaged: " + found.damage()));
    } finally {
      segment.log().release();
    }
  }

  private void deleteSnapshotsAbove(long end) throws IOException {
    PartitionFiles files = PartitionFiles.list(state.disk(), state.directory());
    for (long snapshot : files.snapshots().tailSet(end, false)) {
      state.disk().delete(SegmentFiles.producers(state.directory(), snapshot));
    }
  }
}
