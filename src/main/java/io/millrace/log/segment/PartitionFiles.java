package io.millrace.log.segment;

import io.millrace.log.Disk;
import io.millrace.log.DiskFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * What a partition's directory holds, from one listing of its names. Blocking.
 *
 * @param names all of them
 * @param logs base offsets of the {@code .log} files
 * @param snapshots offsets of the {@code .producers} files
 */
record PartitionFiles(List<String> names, NavigableSet<Long> logs, NavigableSet<Long> snapshots) {
  static PartitionFiles list(Disk disk, Path directory) throws IOException {
    List<String> names = disk.list(directory);
    return new PartitionFiles(
        names,
        offsets(names, SegmentFiles.LOG_SUFFIX),
        offsets(names, SegmentFiles.PRODUCERS_SUFFIX));
  }

  private static NavigableSet<Long> offsets(List<String> names, String suffix) {
    NavigableSet<Long> offsets = new TreeSet<>();
    for (String name : names) {
      OptionalLong offset = SegmentFiles.offsetIn(name, suffix);
      if (offset.isPresent()) {
        offsets.add(offset.getAsLong());
      }
    }
    return offsets;
  }

  /** Deletes what a crash left half done: files not renamed yet, indexes without a log. */
  void deleteLeftovers(Disk disk, Path directory) throws IOException {
    for (String name : names) {
      boolean orphan =
          isOrphan(name, SegmentFiles.OFFSET_INDEX_SUFFIX)
              || isOrphan(name, SegmentFiles.TIME_INDEX_SUFFIX);
      if (orphan || name.endsWith(CheckedFile.TEMPORARY_SUFFIX)) {
        disk.delete(directory.resolve(name));
      }
    }
  }

  private boolean isOrphan(String name, String suffix) {
    OptionalLong offset = SegmentFiles.offsetIn(name, suffix);
    return offset.isPresent() && !logs.contains(offset.getAsLong());
  }

  /**
   * The segments in order, each taken to end where the next one begins; the last one's end is still
   * to be found.
   */
  List<Segment> segments(Disk disk, Path directory) throws IOException {
    List<Segment> segments = new ArrayList<>(logs.size());
    long windowBase = 0;
    for (long base : logs) {
      int size = sizeOf(disk, SegmentFiles.log(directory, base));
      Long next = logs.higher(base);
      Segment segment =
          new Segment(disk, directory, base, windowBase, size, next == null ? base : next);
      segments.add(segment);
      windowBase += size;
    }
    return segments;
  }

  private static int sizeOf(Disk disk, Path log) throws IOException {
    try (DiskFile file = disk.open(log, false)) {
      long size = file.size();
      if (size > Integer.MAX_VALUE) {
        throw new IOException(log + " has " + size + " bytes, more than a segment can have");
      }
      return (int) size;
    }
  }

  /** Whether a segment's index files are there. */
  boolean hasIndexes(Segment segment) {
    String log = segment.log().path().getFileName().toString();
    String stem = log.substring(0, log.length() - SegmentFiles.LOG_SUFFIX.length());
    return names.contains(stem + SegmentFiles.OFFSET_INDEX_SUFFIX)
        && names.contains(stem + SegmentFiles.TIME_INDEX_SUFFIX);
  }
}
