package io.millrace.log.directory;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** What a data directory asks of the machine beside its disk. */
public interface HostMachine {
  /**
   * An id that changes whenever the machine, and with it its page cache, starts anew; empty where
   * the system has none. Without it every unclean stop counts as a loss of power.
   */
  Optional<String> bootId();

  /**
   * Locks an existing directory against every other process, until it is closed or this process
   * ends, however it ends.
   *
   * @throws io.millrace.model.StreamException DATA_DIRECTORY_IN_USE if somebody holds it
   * @throws IOException if the lock file cannot be written
   */
  Closeable lock(Path directory) throws IOException;
}
