package io.millrace.log.segment;

import io.millrace.log.Disk;
import io.millrace.log.DiskFile;
import io.millrace.log.segment.BatchScanner.Step;
import java.io.IOException;
import java.nio.file.Path;
import java.util.NavigableSet;

/**
 * Rebuilds the producer state at an offset: the newest snapshot at or below it whose CRC is right,
 * and the batches from there on. Blocking.
 */
final class ProducerReplay {
  /** A state and the offset up to which it is right. */
  record Base(ProducerState state, long offset) {}

  private final Disk disk;
  private final Path directory;
  private final LogLimits limits;
  private final long nowNanos;

  ProducerReplay(OpenRequest request) {
    this.disk = request.disk();
    this.directory = request.directory();
    this.limits = request.limits();
    this.nowNanos = request.time().monotonicNanos();
  }

  /** The newest good snapshot at or below the offset, or nothing known at the log's beginning. */
  Base newestSnapshot(NavigableSet<Long> snapshots, long offset, long logBeginning) {
    for (long candidate : snapshots.headSet(offset, true).descendingSet()) {
      Path path = SegmentFiles.producers(directory, candidate);
      try {
        ProducerState state = ProducerSnapshot.read(disk, path, candidate, limits, nowNanos);
        if (candidate >= logBeginning) {
          return new Base(state, candidate);
        }
        return new Base(state, logBeginning);
      } catch (IOException e) {
        SegmentLog.LOG.warn("{} is not used: {}", path, e.getMessage());
      }
    }
    return new Base(new ProducerState(limits), logBeginning);
  }

  /** The state at the log's end; the log was recovered before. */
  ProducerState stateAtEnd(NavigableSet<Long> snapshots, SegmentList segments, EpochTable epochs)
      throws IOException {
    long end = segments.active().nextOffset();
    Base base = newestSnapshot(snapshots, end, segments.first().baseOffset());
    if (base.offset() < end) {
      for (int i = segments.indexOf(base.offset()); i < segments.size(); i++) {
        replay(SegmentView.of(segments.get(i), epochs), base);
      }
    }
    return base.state();
  }

  private void replay(SegmentView view, Base base) throws IOException {
    long from = Math.max(base.offset(), view.baseOffset());
    if (from >= view.nextOffset()) {
      return;
    }
    DiskFile file = view.log().acquire();
    try {
      BatchFinder.Found found = BatchFinder.find(view, file, from);
      if (found.place().isEmpty()) {
        throw new IOException(view.log().path() + " cannot be replayed: " + found.damage());
      }
      BatchPlace place = found.place().get();
      BatchScanner scanner =
          BatchScanner.checking(file, place.position(), view.sizeBytes(), place.offset());
      Step step = scanner.next();
      for (; step == Step.BATCH; step = scanner.next()) {
        base.state().appended(scanner.header(), 0, nowNanos);
      }
      if (step == Step.DAMAGE) {
        throw new IOException(view.log().path() + " cannot be replayed: " + scanner.damage());
      }
    } finally {
      view.log().release();
    }
  }
}
