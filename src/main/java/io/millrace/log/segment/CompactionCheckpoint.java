package io.millrace.log.segment;

import io.millrace.log.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * How far compaction came in a log. It only saves work: without it, compaction begins at the log's
 * start. Kept in {@code compaction}: a {@link CheckedFile} with magic {@code MRCC}, version 1,
 * whose payload is
 *
 * <pre>
 *  byte  size  field
 *     0     8  first dirty offset: no key has two records below it
 *     8     8  when the next of the tombstones below it may go, ms since 1970; the largest long for
 *              never
 * </pre>
 *
 * @param firstDirtyOffset everything below was compacted
 * @param nextHorizonMs {@link #NEVER} if there is no tombstone to take away
 */
public record CompactionCheckpoint(long firstDirtyOffset, long nextHorizonMs) {
  public static final String FILE_NAME = "compaction";
  public static final long NEVER = Long.MAX_VALUE;

  static final CompactionCheckpoint NONE = new CompactionCheckpoint(0, NEVER);

  private static final int MAGIC = 0x4d524343;
  private static final int VERSION = 1;
  private static final int PAYLOAD_BYTES = 2 * Long.BYTES;
  static final int MAX_FILE_BYTES = 4096;

  /** As it was written; {@link #NONE} if that cannot be, or is not of a log that ends there. */
  static CompactionCheckpoint read(Disk disk, Path directory, long logEndOffset) {
    Path path = directory.resolve(FILE_NAME);
    try {
      CompactionCheckpoint found = parse(CheckedFile.read(disk, path, MAX_FILE_BYTES));
      return found.firstDirtyOffset <= logEndOffset ? found : NONE;
    } catch (NoSuchFileException e) {
      return NONE;
    } catch (IOException e) {
      SegmentLog.LOG.warn("{} is not used: {}", path, e.getMessage());
      return NONE;
    }
  }

  /**
   * What a file says.
   *
   * @throws IOException that says what is wrong with the file
   */
  static CompactionCheckpoint parse(ByteBuffer file) throws IOException {
    ByteBuffer payload = CheckedFile.unframe(MAGIC, VERSION, file);
    if (payload.remaining() != PAYLOAD_BYTES || payload.getLong(0) < 0) {
      throw new IOException("it has " + payload.remaining() + " bytes or a negative offset");
    }
    return new CompactionCheckpoint(payload.getLong(), payload.getLong());
  }

  /** Makes it durable. Blocking. */
  void write(Disk disk, Path directory) throws IOException {
    ByteBuffer payload = ByteBuffer.allocate(PAYLOAD_BYTES);
    payload.putLong(firstDirtyOffset).putLong(nextHorizonMs).flip();
    CheckedFile.replace(
        disk, directory.resolve(FILE_NAME), CheckedFile.frame(MAGIC, VERSION, payload));
    disk.syncDirectory(directory);
  }
}
