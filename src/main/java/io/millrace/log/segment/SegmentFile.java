package io.millrace.log.segment;

import io.millrace.log.Disk;
import io.millrace.log.DiskFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A segment's {@code .log} file as its readers share it: opened on first use, closed when nobody
 * uses it. A file that is deleted while it is used stays readable for those who hold it, and only
 * for them.
 *
 * <p>Threading: safe from any thread.
 */
final class SegmentFile {
  private final Disk disk;
  private final Path path;
  private @Nullable DiskFile file;
  private boolean deleted;
  private @Nullable SegmentView successor;
  private int holders;

  SegmentFile(Disk disk, Path path) {
    this.disk = disk;
    this.path = path;
  }

  Path path() {
    return path;
  }

  /**
   * Holds the file open until {@link #release()}.
   *
   * @throws NoSuchFileException if the file was deleted before
   */
  synchronized DiskFile acquire() throws IOException {
    if (deleted) {
      throw new NoSuchFileException(path.toString());
    }
    DiskFile held = file;
    if (held == null) {
      held = disk.open(path, false);
      file = held;
    }
    holders++;
    return held;
  }

  /** Lets go; the last one closes the file. */
  synchronized void release() {
    if (holders == 0) {
      throw new IllegalStateException(path + " was released more often than it was acquired");
    }
    holders--;
    DiskFile held = file;
    if (holders == 0 && held != null) {
      file = null;
      try {
        held.close();
      } catch (IOException e) {
        // It was open for reading only: nothing is at stake but the number of open files.
        SegmentLog.LOG.warn("closing {} failed: {}", path, e.getMessage());
      }
    }
  }

  /** From now on only its present holders can read it. */
  synchronized void markDeleted() {
    deleted = true;
  }

  /** As {@link #markDeleted()}; what was in it is now to be read there. */
  synchronized void markReplaced(SegmentView by) {
    deleted = true;
    successor = by;
  }

  /** What took its place, if compaction did that. */
  synchronized @Nullable SegmentView successor() {
    return successor;
  }

  synchronized int holders() {
    return holders;
  }
}
