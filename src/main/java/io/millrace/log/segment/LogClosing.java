package io.millrace.log.segment;

import io.millrace.log.DiskFullException;
import io.millrace.log.LogTask;
import java.io.IOException;

/**
 * Makes a log ready for a quick, clean opening: everything synced, the indexes written out, a
 * producer snapshot at the end. A log that is offline is only let go.
 *
 * <p>Threading: made on the owner thread, run once on a pool thread.
 */
final class LogClosing implements LogTask<Long> {
  private final LogState state;

  LogClosing(LogState state) {
    this.state = state;
  }

  /** The end offset, all below which is durable unless the log is offline. */
  @Override
  public Long run() throws IOException {
    synchronized (state.pending()) {
      try {
        if (state.health().failure().isEmpty()) {
          syncAll();
        }
      } finally {
        for (Segment segment : state.segments().all()) {
          segment.closeWriter();
        }
      }
    }
    return state.endOffset();
  }

  private void syncAll() throws IOException {
    Segment active = state.segments().active();
    long end = active.nextOffset();
    if (active.isUnsealed()) {
      try {
        active.seal();
        active.syncIndexes();
      } catch (DiskFullException e) {
        SegmentLog.LOG.warn("{}: no space for the indexes' ends", state.directory());
      }
    }
    boolean hasSnapshot =
        PartitionFiles.list(state.disk(), state.directory()).snapshots().contains(end);
    if (!hasSnapshot && end > state.segments().first().baseOffset()) {
      state.pending().snapshot(end, ProducerSnapshot.encode(state.producers(), end));
    }
    state.pending().syncNow(active);
  }
}
