package io.millrace.log.segment;

import io.millrace.log.Disk;
import io.millrace.model.TopicId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code partition.meta}: whose log the directory holds, so that a topic created again under a name
 * never sees the old one's. Payload of a {@link CheckedFile} with magic {@code MRPM}, version 1:
 *
 * <pre>
 *  byte  size  field
 *     0    16  topic id
 *    16     4  version of the directory's format, 1
 * </pre>
 */
public final class PartitionMeta {
  public static final String FILE_NAME = "partition.meta";

  private static final int MAGIC = 0x4d52504d;
  private static final int VERSION = 1;
  private static final int FORMAT_VERSION = 1;
  private static final int PAYLOAD_BYTES = 20;
  private static final int MAX_FILE_BYTES = 4096;

  private PartitionMeta() {}

  /** The topic that a partition's directory belongs to. Blocking. */
  public static TopicId read(Disk disk, Path directory) throws IOException {
    Path path = directory.resolve(FILE_NAME);
    try {
      return parse(CheckedFile.read(disk, path, MAX_FILE_BYTES));
    } catch (IOException e) {
      throw new IOException(path + " cannot be read: " + e.getMessage(), e);
    }
  }

  static TopicId parse(ByteBuffer file) throws IOException {
    ByteBuffer payload = CheckedFile.unframe(MAGIC, VERSION, file);
    if (payload.remaining() != PAYLOAD_BYTES) {
      throw new IOException("it has " + payload.remaining() + " bytes, not " + PAYLOAD_BYTES);
    }
    TopicId topicId = new TopicId(payload.getLong(), payload.getLong());
    int format = payload.getInt();
    if (format != FORMAT_VERSION) {
      throw new IOException("the log has format " + format + ", this server reads 1");
    }
    return topicId;
  }

  /**
   * Checks that the directory is this topic's, or makes it so if nothing is in it yet.
   *
   * @return whether the file was written; its name is durable once the directory is synced
   * @throws IOException if it is another topic's, or holds segments and nothing says whose they are
   */
  public static boolean claim(Disk disk, Path directory, List<String> names, TopicId topicId)
      throws IOException {
    if (names.contains(FILE_NAME)) {
      TopicId found = read(disk, directory);
      if (!found.equals(topicId)) {
        throw new IOException(
            directory + " holds the log of topic id " + found + ", expected " + topicId);
      }
      return false;
    }
    if (names.stream().anyMatch(name -> name.endsWith(SegmentFiles.LOG_SUFFIX))) {
      throw new IOException(
          directory + " holds segments but no " + FILE_NAME + "; bring that file back from a copy");
    }
    ByteBuffer payload = ByteBuffer.allocate(PAYLOAD_BYTES);
    payload.putLong(topicId.mostSignificantBits()).putLong(topicId.leastSignificantBits());
    payload.putInt(FORMAT_VERSION).flip();
    CheckedFile.replace(
        disk, directory.resolve(FILE_NAME), CheckedFile.frame(MAGIC, VERSION, payload));
    return true;
  }
}
