package io.millrace.metadata.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * All that the metadata log asks of a file system: one flat directory, small enough to be simulated
 * by one that forgets what was not synced.
 *
 * <p>Assumes: a rename is atomic; a created, renamed or deleted name survives a power loss only
 * once the directory was synced, bytes only once their file was. Every call may throw; after a
 * failed sync nothing is known of the bytes since the one before.
 *
 * <p>Threading: one thread at a time.
 */
public interface MetadataDirectory {
  /** The names in it, in no order. */
  List<String> names() throws IOException;

  /** All bytes of a file. */
  byte[] read(String name) throws IOException;

  /** Opens a file to append to, creating it if it is missing. */
  AppendFile append(String name) throws IOException;

  /** Gives a file another name, replacing a file of that name. */
  void rename(String from, String to) throws IOException;

  void delete(String name) throws IOException;

  /** Makes the names durable. */
  void sync() throws IOException;

  /** A file that grows at its end. */
  interface AppendFile extends Closeable {
    /**
     * Writes all that remains at the end of the file. If it throws, any part may have been written.
     *
     * @throws DiskFullException if there is no space
     */
    void append(ByteBuffer bytes) throws IOException;

    /** Cuts the file to this size; what is appended follows there. */
    void truncate(long sizeBytes) throws IOException;

    /** Makes the bytes durable. */
    void sync() throws IOException;
  }

  /** The file system has no space left. */
  final class DiskFullException extends IOException {
    private static final long serialVersionUID = 1L;

    public DiskFullException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
