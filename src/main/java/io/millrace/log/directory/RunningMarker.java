package io.millrace.log.directory;

import io.millrace.log.Disk;
import io.millrace.log.DiskFile;
import io.millrace.log.WholeFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The file {@code running}: there while a process may have written what it did not sync, and in it
 * the boot id of the machine, or {@value #UNKNOWN_BOOT}, which is never taken for the same boot.
 */
final class RunningMarker {
  static final String FILE = "running";
  private static final String UNKNOWN_BOOT = "unknown";
  private static final int MAX_BYTES = 1024;

  private RunningMarker() {}

  /** How the process that left the marker ended; empty if there is none. */
  static Optional<PreviousStop> read(Disk disk, Path directory, Optional<String> bootId)
      throws IOException {
    Path file = directory.resolve(FILE);
    if (!disk.exists(file)) {
      return Optional.empty();
    }
    String found = new String(WholeFile.read(disk, file, MAX_BYTES), StandardCharsets.UTF_8).trim();
    boolean sameBoot = bootId.isPresent() && bootId.get().equals(found);
    return Optional.of(sameBoot ? PreviousStop.PROCESS_KILLED : PreviousStop.MACHINE_LOST);
  }

  /**
   * Only the name has to be durable: if the boot id is lost, the machine is, and that is what any
   * other text in the file means.
   */
  static void write(Disk disk, Path directory, Optional<String> bootId) throws IOException {
    String text = bootId.orElse(UNKNOWN_BOOT) + "\n";
    try (DiskFile file = disk.open(directory.resolve(FILE), true)) {
      file.truncate(0);
      file.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
    }
    disk.syncDirectory(directory);
  }

  /** Durably: a clean stop followed by a loss of power is a clean stop. */
  static void remove(Disk disk, Path directory) throws IOException {
    disk.delete(directory.resolve(FILE));
    disk.syncDirectory(directory);
  }
}
