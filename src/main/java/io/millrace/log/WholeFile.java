package io.millrace.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Small files that are read and replaced as a whole. A replacement is atomic and durable: the new
 * bytes go to {@code <name>.tmp}, which is fsynced and renamed, then the directory is synced. A
 * power loss leaves the old bytes or the new ones, and maybe the {@code .tmp} file.
 *
 * <p>Threading: stateless; two threads must not replace the same file at once.
 */
public final class WholeFile {
  /** What a replacement's file is called before it is renamed. */
  public static final String TEMPORARY_SUFFIX = ".tmp";

  private WholeFile() {}

  /**
   * All bytes of a file.
   *
   * @throws java.nio.file.NoSuchFileException if it is missing
   * @throws IOException if it is larger than {@code maxBytes}
   */
  public static byte[] read(Disk disk, Path path, int maxBytes) throws IOException {
    try (DiskFile file = disk.open(path, false)) {
      long size = file.size();
      if (size > maxBytes) {
        throw new IOException(
            path + " has " + size + " bytes, expected at most " + maxBytes + ": it is damaged");
      }
      ByteBuffer bytes = ByteBuffer.allocate((int) size);
      int count = file.read(bytes, 0);
      if (count != size) {
        throw new IOException(path + " ended after " + count + " of " + size + " bytes");
      }
      return bytes.array();
    }
  }

  /** The size of a file. */
  public static long sizeBytes(Disk disk, Path path) throws IOException {
    try (DiskFile file = disk.open(path, false)) {
      return file.size();
    }
  }

  /** Replaces or creates a file; when it returns, the new bytes survive a power loss. */
  public static void replace(Disk disk, Path path, byte[] bytes) throws IOException {
    Path temporary = path.resolveSibling(path.getFileName() + TEMPORARY_SUFFIX);
    try (DiskFile file = disk.open(temporary, true)) {
      file.truncate(0);
      file.write(ByteBuffer.wrap(bytes), 0);
      file.sync();
    }
    disk.rename(temporary, path);
    Path parent = path.getParent();
    if (parent == null) {
      throw new IllegalArgumentException("not in a directory: " + path);
    }
    disk.syncDirectory(parent);
  }
}
