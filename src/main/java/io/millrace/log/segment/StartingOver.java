package io.millrace.log.segment;

import java.io.IOException;

/**
 * Takes everything out of a log and lets it begin at another offset, durably: what a follower does
 * whose records are all from before its leader's log begins. Of their producers nothing is known
 * any more.
 *
 * <p>The log start offset was written down before: after a crash in between, {@link LogOpening}
 * finds a log that ends before its start, or none, and comes to the same end.
 *
 * <p>Threading: run on a pool thread while the owner leaves the log alone. Blocking.
 */
final class StartingOver {
  private final LogState state;
  private final long offset;

  StartingOver(LogState state, long offset) {
    this.state = state;
    this.offset = offset;
  }

  void run() throws IOException {
    synchronized (state.pending()) {
      startOver();
    }
  }

  private void startOver() throws IOException {
    SegmentList segments = state.segments();
    Segment last = segments.active();
    long windowBase = last.windowBase() + last.sizeBytes();
    // Before the first of the new segment, which these epochs would be too old for.
    CheckedFile.replace(
        state.disk(), state.directory().resolve(EpochTable.FILE_NAME), EpochTable.EMPTY.toFile());
    // Before the segments, whose deletion makes this durable too: else a loss of power brings them
    // back, and with them producers of records that are gone.
    PartitionFiles files = PartitionFiles.list(state.disk(), state.directory());
    for (long snapshot : files.snapshots()) {
      state.disk().delete(SegmentFiles.producers(state.directory(), snapshot));
    }
    state.disk().delete(state.directory().resolve(CompactionCheckpoint.FILE_NAME));
    // From the oldest on, each durably: what a crash leaves still ends where the log did.
    new SegmentDeletion(state.disk(), state.directory(), segments.all()).run();
    Segment first = new Segment(state.disk(), state.directory(), offset, windowBase, 0, offset);
    first.writer();
    segments.startOver(first);
    state.window().truncateTo(0, windowBase);
    state.setEpochs(EpochTable.EMPTY);
    state.setProducers(new ProducerState(state.limits()));
    state.setCompacted(CompactionCheckpoint.NONE);
    state.pending().startedOver(offset);
  }
}
