package io.millrace.log.segment;

import io.millrace.log.Disk;
import io.millrace.log.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * The frame around every small file of a partition, big-endian:
 *
 * <pre>
 *  byte  size  field
 *     0     4  magic, four letters that say what the file is
 *     4     2  format version
 *     6     2  zero
 *     8     4  n, bytes of the payload
 *    12     n  payload
 *  12+n     4  CRC-32C of all that comes before
 * </pre>
 *
 * <p>A file is replaced as a whole: written beside the old one, synced, renamed over it.
 */
final class CheckedFile {
  static final String TEMPORARY_SUFFIX = ".tmp";

  private static final int HEADER_BYTES = 12;
  private static final int CRC_BYTES = 4;

  private CheckedFile() {}

  /** A frame around the payload's remaining bytes. */
  static ByteBuffer frame(int magic, int version, ByteBuffer payload) {
    int size = payload.remaining();
    ByteBuffer file = ByteBuffer.allocate(HEADER_BYTES + size + CRC_BYTES);
    file.putInt(magic).putShort((short) version).putShort((short) 0).putInt(size);
    file.put(payload.duplicate());
    file.putInt(crc(file, HEADER_BYTES + size));
    return file.flip();
  }

  /**
   * The payload of a frame.
   *
   * @throws IOException with what was found and expected, if the frame is damaged or of another
   *     kind or version
   */
  static ByteBuffer unframe(int magic, int version, ByteBuffer file) throws IOException {
    int size = file.remaining();
    if (size < HEADER_BYTES + CRC_BYTES || file.getInt(0) != magic) {
      throw new IOException("its " + size + " bytes do not begin as they should");
    }
    if (file.getShort(4) != version) {
      throw new IOException(
          "its format version is " + file.getShort(4) + ", this server reads " + version);
    }
    int payload = file.getInt(8);
    if (payload != size - HEADER_BYTES - CRC_BYTES) {
      throw new IOException("it says " + payload + " bytes of payload in a file of " + size);
    }
    if (file.getInt(HEADER_BYTES + payload) != crc(file, HEADER_BYTES + payload)) {
      throw new IOException("its CRC-32C does not match its bytes");
    }
    return file.slice(HEADER_BYTES, payload);
  }

  private static int crc(ByteBuffer file, int length) {
    CRC32C crc = new CRC32C();
    crc.update(file.slice(0, length));
    return (int) crc.getValue();
  }

  /** Replaces the file; the new name is durable once the directory is synced. Blocking. */
  static void replace(Disk disk, Path path, ByteBuffer frame) throws IOException {
    Path beside = path.resolveSibling(path.getFileName() + TEMPORARY_SUFFIX);
    try (DiskFile file = disk.open(beside, true)) {
      file.truncate(0);
      file.write(frame.duplicate(), 0);
      file.sync();
    }
    disk.rename(beside, path);
  }

  /** All bytes of a file of at most {@code maxBytes}. Blocking. */
  static ByteBuffer read(Disk disk, Path path, int maxBytes) throws IOException {
    try (DiskFile file = disk.open(path, false)) {
      long size = file.size();
      if (size > maxBytes) {
        throw new IOException(
            path.getFileName() + " has " + size + " bytes, at most " + maxBytes + " are expected");
      }
      ByteBuffer bytes = ByteBuffer.allocate((int) size);
      file.read(bytes, 0);
      return bytes.flip();
    }
  }
}
