package io.millrace.log.segment;

import io.millrace.log.Disk;
import io.millrace.log.LogTask;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Deletes the files of segments that are no longer in their log. Who reads them already goes on
 * reading.
 *
 * <p>Threading: made on the owner thread, run once on a pool thread.
 */
final class SegmentDeletion implements LogTask<Integer> {
  private final Disk disk;
  private final Path directory;
  private final List<Segment> segments;

  /**
   * @param segments in the order in which they go, so that a crash in between leaves no hole
   */
  SegmentDeletion(Disk disk, Path directory, List<Segment> segments) {
    this.disk = disk;
    this.directory = directory;
    this.segments = segments;
    for (Segment segment : segments) {
      segment.log().markDeleted();
    }
  }

  /** The number of segments that were deleted; their names are gone durably. */
  @Override
  public Integer run() throws IOException {
    for (Segment segment : segments) {
      delete(disk, directory, segment);
      disk.syncDirectory(directory); // One by one: a file system may lose any of several deletions.
    }
    return segments.size();
  }

  static void delete(Disk disk, Path directory, Segment segment) throws IOException {
    segment.log().markDeleted();
    segment.closeWriter();
    long base = segment.baseOffset();
    disk.delete(SegmentFiles.log(directory, base));
    disk.delete(SegmentFiles.offsetIndex(directory, base));
    disk.delete(SegmentFiles.timeIndex(directory, base));
    disk.delete(SegmentFiles.producers(directory, base));
  }
}
