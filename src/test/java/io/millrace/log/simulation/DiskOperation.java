package io.millrace.log.simulation;

import java.nio.file.Path;

/**
 * A call that changes what is on the disk or what survives.
 *
 * @param number counts all operations of a disk from 1
 * @param path the file or directory; the old name of a rename
 * @param site for syncs the code that asked for it, innermost frame first; empty otherwise
 */
public record DiskOperation(long number, Kind kind, Path path, String site) {
  /** What is done. */
  public enum Kind {
    CREATE,
    WRITE,
    TRUNCATE,
    SYNC,
    RENAME,
    DELETE,
    CREATE_DIRECTORY,
    SYNC_DIRECTORY;

    public boolean isSync() {
      return this == SYNC || this == SYNC_DIRECTORY;
    }
  }

  @Override
  public String toString() {
    return "#" + number + " " + kind + " " + path + (site.isEmpty() ? "" : " by " + site);
  }
}
