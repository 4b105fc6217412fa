package io.millrace.metadata.raft;

import io.millrace.metadata.ImageApplier;
import io.millrace.metadata.MetadataState;
import io.millrace.metadata.file.ProposalBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A state in parts that are small enough to be sent.
 *
 * <pre>
 *   snapshot := format int16 = 1 | 0 int16 | index int64 | facts, see ProposalBytes
 * </pre>
 *
 * cut into parts of {@link #CHUNK_BYTES}. Members with the same state cut the same parts, so that
 * one may be fetched from each.
 */
final class SnapshotChunks {
  static final int CHUNK_BYTES = 128 * 1024;

  /** 1 GiB: many times what an image with the most partitions needs. */
  static final int MAX_CHUNKS = 8 * 1024;

  private static final short FORMAT = 1;
  private static final int HEADER_BYTES = 12;

  private SnapshotChunks() {}

  static List<byte[]> of(MetadataState state, ProposalBytes bytes) {
    byte[] facts = bytes.encode(state.toRecords(), state.writtenVersion());
    byte[] whole =
        ByteBuffer.allocate(Math.addExact(HEADER_BYTES, facts.length))
            .putShort(FORMAT)
            .putShort((short) 0)
            .putLong(state.index())
            .put(facts)
            .array();
    List<byte[]> chunks = new ArrayList<>();
    for (int from = 0; from < whole.length; from += CHUNK_BYTES) {
      chunks.add(Arrays.copyOfRange(whole, from, Math.min(from + CHUNK_BYTES, whole.length)));
    }
    return chunks;
  }

  /**
   * The state that all parts, in order, hold.
   *
   * @throws IOException if they are not whole, or of another release
   */
  static MetadataState state(List<byte[]> chunks, ProposalBytes bytes) throws IOException {
    int size = 0;
    for (byte[] chunk : chunks) {
      size = Math.addExact(size, chunk.length);
    }
    ByteBuffer whole = ByteBuffer.allocate(size);
    chunks.forEach(whole::put);
    whole.flip();
    if (size < HEADER_BYTES || whole.getShort() != FORMAT) {
      throw new UnreadableRaftBytesException(
          "a snapshot of " + size + " bytes is not of format " + FORMAT);
    }
    whole.getShort();
    long index = whole.getLong();
    try {
      MetadataState state = ImageApplier.restore(index, bytes.decodeRecords(whole));
      if (whole.hasRemaining()) {
        throw new UnreadableRaftBytesException("a snapshot has bytes left over");
      }
      return state;
    } catch (IllegalStateException e) {
      throw new IOException("a snapshot contradicts itself: " + e.getMessage(), e);
    }
  }
}
