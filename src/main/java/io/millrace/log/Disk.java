package io.millrace.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * All that the log asks of a file system, small enough to be simulated: the simulated disk forgets
 * or reorders whatever was not fsynced and stops at any call.
 *
 * <p>Assumes: a rename within one directory is atomic; a created, renamed or deleted name survives
 * a power loss only once its directory was synced; file bytes only once the file was. Every call
 * may throw; after a failed sync nothing is known of the bytes since the one before, so it is never
 * retried. A write that finds no space throws {@link DiskFullException}, and only that is worth
 * trying again.
 *
 * <p>Threading: safe from any thread; one file is written by one thread at a time.
 */
public interface Disk {
  /**
   * Opens a file for reading and, if {@code writable}, for writing, creating it if it is missing.
   */
  DiskFile open(Path file, boolean writable) throws IOException;

  /** The names in a directory, in no order; empty if there is none. */
  List<String> list(Path directory) throws IOException;

  void createDirectories(Path directory) throws IOException;

  /** Atomically gives a file or directory another name, replacing a file of that name. */
  void rename(Path from, Path to) throws IOException;

  /** Deletes a file, or a directory with all that is in it; nothing happens if it is missing. */
  void delete(Path path) throws IOException;

  /** Makes the names in this directory durable. */
  void syncDirectory(Path directory) throws IOException;

  boolean exists(Path path) throws IOException;

  /** Bytes that can still be written to the file system of this path. */
  long usableBytes(Path path) throws IOException;
}
