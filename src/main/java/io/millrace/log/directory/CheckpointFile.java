package io.millrace.log.directory;

import io.millrace.model.PartitionId;
import io.millrace.model.TopicId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The bytes of the {@code checkpoints} file, big-endian:
 *
 * <pre>
 * int32 magic "MRCK" | int32 version 1 | int32 count
 * count times: int64 + int64 topic id | int32 partition
 *              int64 recovery point | int64 high watermark | int64 log start offset
 * int32 CRC-32C of all bytes before it
 * </pre>
 */
public final class CheckpointFile {
  /** Its name in the data directory. */
  public static final String NAME = "checkpoints";

  static final int MAX_BYTES = 128 * 1024 * 1024;
  private static final int MAGIC = 0x4D52434B;
  private static final int VERSION = 1;
  private static final int HEADER_BYTES = 12;
  private static final int ENTRY_BYTES = 44;
  private static final int CRC_BYTES = 4;

  private CheckpointFile() {}

  static byte[] encode(Map<PartitionId, PartitionCheckpoint> checkpoints) {
    int size = HEADER_BYTES + Math.multiplyExact(checkpoints.size(), ENTRY_BYTES) + CRC_BYTES;
    ByteBuffer bytes = ByteBuffer.allocate(size);
    bytes.putInt(MAGIC).putInt(VERSION).putInt(checkpoints.size());
    checkpoints.forEach(
        (id, checkpoint) ->
            bytes
                .putLong(id.topicId().mostSignificantBits())
                .putLong(id.topicId().leastSignificantBits())
                .putInt(id.partition())
                .putLong(checkpoint.recoveryPoint())
                .putLong(checkpoint.highWatermark())
                .putLong(checkpoint.logStartOffset()));
    bytes.putInt(crc(bytes.array(), bytes.position()));
    return bytes.array();
  }

  /**
   * The entries of such a file.
   *
   * @throws IOException that says what is wrong with the bytes
   */
  public static Map<PartitionId, PartitionCheckpoint> decode(byte[] file) throws IOException {
    if (file.length < HEADER_BYTES + CRC_BYTES) {
      throw new IOException(
          NAME + " has " + file.length + " bytes, expected " + (HEADER_BYTES + CRC_BYTES) + "+");
    }
    ByteBuffer bytes = ByteBuffer.wrap(file);
    int stored = bytes.getInt(file.length - CRC_BYTES);
    int computed = crc(file, file.length - CRC_BYTES);
    if (stored != computed) {
      throw new IOException(
          String.format("%s has CRC %08x, computed %08x", NAME, stored, computed));
    }
    int magic = bytes.getInt();
    int version = bytes.getInt();
    int count = bytes.getInt();
    if (magic != MAGIC || version != VERSION) {
      throw new IOException(
          String.format(
              "%s begins with %08x, version %d; expected %08x, version %d",
              NAME, magic, version, MAGIC, VERSION));
    }
    if (count < 0 || file.length != HEADER_BYTES + (long) count * ENTRY_BYTES + CRC_BYTES) {
      throw new IOException(NAME + " says " + count + " entries in " + file.length + " bytes");
    }
    Map<PartitionId, PartitionCheckpoint> checkpoints = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      readEntry(bytes, checkpoints);
    }
    return checkpoints;
  }

  private static void readEntry(ByteBuffer bytes, Map<PartitionId, PartitionCheckpoint> checkpoints)
      throws IOException {
    PartitionId id = new PartitionId(new TopicId(bytes.getLong(), bytes.getLong()), bytes.getInt());
    try {
      checkpoints.put(
          id, new PartitionCheckpoint(bytes.getLong(), bytes.getLong(), bytes.getLong()));
    } catch (IllegalArgumentException e) {
      throw new IOException(NAME + ", partition " + id + ": " + e.getMessage(), e);
    }
  }

  private static int crc(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
