package io.millrace.metadata.file;

import io.millrace.metadata.ImageApplier;
import io.millrace.metadata.MetadataState;
import io.millrace.metadata.codec.UnreadableRecordException;
import java.nio.ByteBuffer;

/**
 * The bytes of a snapshot: the state after one entry, as the facts that make it.
 *
 * <pre>
 *   "MRMS" | format int16 = 1 | 0 int16 | index int64 | facts (see ProposalBytes)
 *       | crc32c int32 of all before
 * </pre>
 */
final class SnapshotFile {
  private static final int MAGIC = 0x4D524D53;
  private static final short FORMAT = 1;
  private static final int HEADER_BYTES = 16;

  private final ProposalBytes proposalBytes;

  SnapshotFile(ProposalBytes proposalBytes) {
    this.proposalBytes = proposalBytes;
  }

  byte[] encode(MetadataState state) {
    byte[] records = proposalBytes.encode(state.toRecords(), state.writtenVersion());
    ByteBuffer file =
        ByteBuffer.allocate(Math.addExact(HEADER_BYTES + Integer.BYTES, records.length));
    file.putInt(MAGIC).putShort(FORMAT).putShort((short) 0).putLong(state.index()).put(records);
    return file.putInt(FrameFile.crc(file, 0, file.position())).array();
  }

  /**
   * The state that it holds.
   *
   * @throws DamagedLogException if it is not whole, or of another release
   */
  MetadataState decode(String name, byte[] bytes) throws DamagedLogException {
    ByteBuffer file = ByteBuffer.wrap(bytes);
    int contentBytes = bytes.length - Integer.BYTES;
    if (contentBytes < HEADER_BYTES
        || file.getInt(0) != MAGIC
        || file.getInt(contentBytes) != FrameFile.crc(file, 0, contentBytes)) {
      throw new DamagedLogException(name + " is damaged: its checksum is wrong");
    }
    if (file.getShort(4) != FORMAT) {
      throw new DamagedLogException(
          name + " has format " + file.getShort(4) + ", this release reads " + FORMAT);
    }
    ByteBuffer records = file.slice(HEADER_BYTES, contentBytes - HEADER_BYTES);
    try {
      MetadataState state =
          ImageApplier.restore(file.getLong(8), proposalBytes.decodeRecords(records));
      if (records.hasRemaining()) {
        throw new DamagedLogException(name + " has bytes left over");
      }
      return state;
    } catch (UnreadableRecordException | IllegalStateException e) {
      throw new DamagedLogException(name + ": " + e.getMessage(), e);
    }
  }
}
