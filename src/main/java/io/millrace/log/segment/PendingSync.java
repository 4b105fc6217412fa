package io.millrace.log.segment;

import io.millrace.log.Disk;
import io.millrace.log.DiskFile;
import io.millrace.log.DiskFullException;
import io.millrace.log.LogTask;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What has to be synced before the log's end is durable, in the order in which it is: segments that
 * were closed, producer snapshots, the epochs, the directory's names, and last the active segment.
 * A flush takes all of it; only when it is done does the durable end move. Invariant: {@code
 * durableEnd <= the log's end}.
 *
 * <p>Threading: the log's owner thread; the flush itself runs once on a pool thread, at most one at
 * a time. A flush, a truncation and a close exclude each other by this object's monitor, which the
 * owner never takes.
 */
final class PendingSync {
  /** A producer snapshot to write and the one that it makes superfluous, if any. */
  private record Snapshot(long offset, ByteBuffer file, long replaces) {}

  private static final long NONE = -1;

  private final Disk disk;
  private final Path directory;
  private final List<Segment> closedSegments = new ArrayList<>();
  private final List<Snapshot> snapshots = new ArrayList<>();
  private @Nullable EpochTable epochs;
  private boolean namesChanged;
  private boolean appended;
  private long durableEnd;
  private long replaceableSnapshot = NONE;
  private @Nullable Flush running;
  private boolean failed;

  PendingSync(Disk disk, Path directory, long durableEnd) {
    this.disk = disk;
    this.directory = directory;
    this.durableEnd = durableEnd;
  }

  long durableEnd() {
    return durableEnd;
  }

  /**
   * Segments that end at or below this offset may be deleted: they are durable, and what they tell
   * of their producers is in a snapshot on disk.
   */
  long deletableEnd() {
    long end = durableEnd;
    for (Snapshot snapshot : snapshots) {
      end = Math.min(end, snapshot.offset - 1);
    }
    if (running != null) {
      for (Snapshot snapshot : running.snapshots) {
        end = Math.min(end, snapshot.offset - 1);
      }
    }
    return end;
  }

  void appended() {
    appended = true;
  }

  void epochsChanged(EpochTable next) {
    epochs = next;
  }

  /** A segment was closed, and another one made. */
  void rolled(Segment closed) {
    closedSegments.add(closed);
    namesChanged = true;
  }

  /** A snapshot at a segment's beginning, which stays as long as the segment does. */
  void snapshotAtRoll(long offset, ByteBuffer file) {
    addSnapshot(offset, file);
  }

  /** A snapshot in the middle of a segment, which stays until there is a newer one. */
  void snapshot(long offset, ByteBuffer file) {
    addSnapshot(offset, file);
    replaceableSnapshot = offset;
  }

  private void addSnapshot(long offset, ByteBuffer file) {
    long replaces = replaceableSnapshot == offset ? NONE : replaceableSnapshot;
    snapshots.add(new Snapshot(offset, file, replaces));
    replaceableSnapshot = NONE;
    namesChanged = true;
  }

  /** All that is to be synced now, as a task; what comes later goes with the next one. */
  Flush begin(Segment active) {
    if (running != null) {
      throw new IllegalStateException("a flush of this log is under way");
    }
    Flush flush =
        new Flush(
            List.copyOf(closedSegments),
            List.copyOf(snapshots),
            epochs,
            namesChanged,
            appended ? active.openWriter().orElse(null) : null,
            active.nextOffset());
    closedSegments.clear();
    snapshots.clear();
    epochs = null;
    namesChanged = false;
    appended = false;
    running = flush;
    return flush;
  }

  /**
   * The flush is done.
   *
   * @throws IllegalStateException if none was under way
   */
  void done(long flushedEnd) {
    Flush flush = running;
    if (flush == null || flushedEnd != flush.end) {
      throw new IllegalStateException("no flush to offset " + flushedEnd + " is under way");
    }
    running = null;
    durableEnd = Math.max(durableEnd, Math.min(flushedEnd, flush.ceiling));
    for (Segment closed : flush.closedSegments) {
      try {
        closed.closeWriter();
      } catch (IOException e) {
        SegmentLog.LOG.warn("closing {} failed: {}", closed, e.getMessage());
      }
    }
  }

  /** Syncs everything at once, whatever flush was under way; under this object's monitor. */
  void syncNow(Segment active) throws IOException {
    if (running != null) {
      again();
    }
    appended = true;
    Flush flush = begin(active);
    flush.sync();
    done(flush.end);
  }

  /** A flush or write failed for good: of the bytes since the last flush nothing is known. */
  void failed() {
    running = null;
    failed = true;
  }

  boolean isFailed() {
    return failed;
  }

  /** The flush found no space for a small file: all of it is to be done again. */
  void again() {
    Flush flush = running;
    running = null;
    if (flush == null) {
      return;
    }
    closedSegments.addAll(0, flush.closedSegments);
    snapshots.addAll(0, flush.snapshots);
    epochs = epochs == null ? flush.epochs : epochs;
    namesChanged |= flush.namesChanged;
    appended = true;
  }

  /**
   * Records from here on are gone; a flush that is under way answers for none that replace them.
   */
  void truncated(long offset) {
    durableEnd = Math.min(durableEnd, offset);
    snapshots.removeIf(snapshot -> snapshot.offset > offset);
    replaceableSnapshot = replaceableSnapshot > offset ? NONE : replaceableSnapshot;
    if (running != null) {
      running.ceiling = Math.min(running.ceiling, offset);
    }
  }

  /** All that a truncation has synced itself. */
  void truncationSynced(long endOffset) {
    closedSegments.clear();
    epochs = null;
    appended = false;
    durableEnd = endOffset;
  }

  /**
   * Everything was taken out, durably, and there is a new segment, whose name goes with the next
   * flush: without it the directory is empty, which means the same as long as nothing is appended.
   */
  void startedOver(long offset) {
    closedSegments.clear();
    snapshots.clear();
    replaceableSnapshot = NONE;
    epochs = null;
    namesChanged = true;
    appended = false;
    durableEnd = offset;
    if (running != null) {
      running.ceiling = Math.min(running.ceiling, offset);
    }
  }

  final class Flush implements LogTask<Long> {
    private final List<Segment> closedSegments;
    private final List<Snapshot> snapshots;
    private final @Nullable EpochTable epochs;
    private final boolean namesChanged;
    private final @Nullable DiskFile active;
    private final long end;
    private long ceiling = Long.MAX_VALUE;

    private Flush(
        List<Segment> closedSegments,
        List<Snapshot> snapshots,
        @Nullable EpochTable epochs,
        boolean namesChanged,
        @Nullable DiskFile active,
        long end) {
      this.closedSegments = closedSegments;
      this.snapshots = snapshots;
      this.epochs = epochs;
      this.namesChanged = namesChanged;
      this.active = active;
      this.end = end;
    }

    @Override
    public Long run() throws IOException {
      synchronized (PendingSync.this) {
        // A truncation that came first has synced what it left, and closed files of this flush.
        if (ceiling == Long.MAX_VALUE) {
          sync();
        }
      }
      return end;
    }

    private void sync() throws IOException {
      for (Segment closed : closedSegments) {
        if (closed.openWriter().isPresent()) {
          closed.openWriter().get().sync();
        }
        closed.syncIndexes();
      }
      for (Snapshot snapshot : snapshots) {
        write(snapshot);
      }
      if (epochs != null) {
        CheckedFile.replace(disk, directory.resolve(EpochTable.FILE_NAME), epochs.toFile());
      }
      if (namesChanged || epochs != null) {
        disk.syncDirectory(directory);
      }
      for (Snapshot snapshot : snapshots) {
        if (snapshot.replaces != NONE) {
          disk.delete(SegmentFiles.producers(directory, snapshot.replaces));
        }
      }
      if (active != null) {
        active.sync();
      }
    }

    private void write(Snapshot snapshot) throws IOException {
      try {
        CheckedFile.replace(
            disk, SegmentFiles.producers(directory, snapshot.offset), snapshot.file);
      } catch (DiskFullException e) {
        // A recovery without it replays a longer part of the log; that is all.
        SegmentLog.LOG.warn("{}: no space for a producer snapshot", directory);
      }
    }
  }
}
