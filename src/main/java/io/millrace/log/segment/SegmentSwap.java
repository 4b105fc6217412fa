package io.millrace.log.segment;

import io.millrace.log.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * Puts a compacted segment in the place of those that it was made of, so that whatever the machine
 * does, all of them are there or it alone is:
 *
 * <pre>
 *   B.{log,index,timeindex}.cleaned   being written; all synced when it is complete
 *   B.{index,timeindex}.swap          complete; nothing is decided yet
 *   B-E.log.swap                      decided: it replaces every segment that begins from B to E
 *   B.{index,timeindex}               in place, and files of other segments from B to E deleted
 *   B.log                             in place
 * </pre>
 *
 * <p>The directory is synced between any two of these, and after the last one by whoever is next:
 * it can be done again. Opening a log finishes what was decided and deletes what was not.
 *
 * <p>Threading: stateless. Blocking.
 */
final class SegmentSwap {
  private SegmentSwap() {}

  /** Decides that the segment from base to next, written and synced, replaces what is there. */
  static void decide(Disk disk, Path directory, long base, long next) throws IOException {
    Path offsets = SegmentFiles.offsetIndex(directory, base);
    Path times = SegmentFiles.timeIndex(directory, base);
    disk.rename(SegmentFiles.cleaned(offsets), SegmentFiles.swap(offsets));
    disk.rename(SegmentFiles.cleaned(times), SegmentFiles.swap(times));
    disk.syncDirectory(directory);
    disk.rename(
        SegmentFiles.cleaned(SegmentFiles.log(directory, base)),
        SegmentFiles.swapLog(directory, base, next));
    disk.syncDirectory(directory);
  }

  /** Does what was decided; may be done again after any interruption. */
  static void finish(Disk disk, Path directory, long base, long next) throws IOException {
    for (String name : disk.list(directory)) {
      if (isReplaced(name, base, next)) {
        disk.delete(directory.resolve(name));
      }
    }
    Path offsets = SegmentFiles.offsetIndex(directory, base);
    Path times = SegmentFiles.timeIndex(directory, base);
    renameIfThere(disk, SegmentFiles.swap(offsets), offsets);
    renameIfThere(disk, SegmentFiles.swap(times), times);
    disk.syncDirectory(directory);
    // Until this name is durable, opening does the same again.
    disk.rename(SegmentFiles.swapLog(directory, base, next), SegmentFiles.log(directory, base));
  }

  private static boolean isReplaced(String name, long base, long next) {
    for (String suffix :
        List.of(
            SegmentFiles.LOG_SUFFIX,
            SegmentFiles.OFFSET_INDEX_SUFFIX,
            SegmentFiles.TIME_INDEX_SUFFIX,
            SegmentFiles.PRODUCERS_SUFFIX)) {
      OptionalLong offset = SegmentFiles.offsetIn(name, suffix);
      if (offset.isPresent()) {
        return offset.getAsLong() > base && offset.getAsLong() < next;
      }
    }
    return false;
  }

  private static void renameIfThere(Disk disk, Path from, Path to) throws IOException {
    if (disk.exists(from)) {
      disk.rename(from, to);
    }
  }

  /**
   * Before a log is opened: finishes what was decided and deletes what was not.
   *
   * @return whether there was anything, so that the directory has to be listed again
   */
  static boolean recover(Disk disk, Path directory, List<String> names) throws IOException {
    boolean changed = false;
    for (String name : names) {
      long[] range = SegmentFiles.swapRange(name);
      if (range != null) {
        SegmentLog.LOG.info("{}: putting {} in its place", directory, name);
        finish(disk, directory, range[0], range[1]);
        changed = true;
      }
    }
    for (String name : changed ? disk.list(directory) : names) {
      if (name.endsWith(SegmentFiles.CLEANED_SUFFIX) || name.endsWith(SegmentFiles.SWAP_SUFFIX)) {
        disk.delete(directory.resolve(name));
        changed = true;
      }
    }
    return changed;
  }
}
