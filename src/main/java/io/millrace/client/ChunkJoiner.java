package io.millrace.client;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.protocol.stream.message.Records;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes chunks of records messages: copies their bytes out of the frame, and joins the parts of
 * what came in several messages.
 *
 * <p>Threading: one thread.
 */
final class ChunkJoiner {
  private final int decompressionMaxBytes;
  private final long maxJoinedBytes;
  private final Map<TopicPartition, Parts> open = new HashMap<>();
  private long openBytes;

  private static final class Parts {
    private final long firstOffset;
    private final List<ByteBuffer> bytes = new ArrayList<>();
    private int sizeBytes;
    private long creditRecords;

    private Parts(long firstOffset) {
      this.firstOffset = firstOffset;
    }
  }

  /**
   * @param maxJoinedBytes no batch that comes in parts may be larger
   */
  ChunkJoiner(int decompressionMaxBytes, long maxJoinedBytes) {
    this.decompressionMaxBytes = decompressionMaxBytes;
    this.maxJoinedBytes = maxJoinedBytes;
  }

  /**
   * Takes a message in.
   *
   * @return the chunk; null if parts of it are still to come
   * @throws StreamException CORRUPT_MESSAGE if it is damaged, MESSAGE_TOO_LARGE if the parts are
   *     too many
   */
  @Nullable RecordChunk add(Records message) {
    TopicPartition partition =
        new TopicPartition(new TopicName(message.getTopic()), message.getPartition());
    Parts parts = open.get(partition);
    if (parts == null) {
      parts = new Parts(message.getFirstOffset());
    }
    ByteBuffer bytes = message.getBatches();
    requireBounded(parts, bytes.remaining());
    parts.bytes.add(ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip());
    parts.sizeBytes += bytes.remaining();
    parts.creditRecords += message.getCreditRecords();
    if (message.getMore()) {
      open.put(partition, parts);
      openBytes += bytes.remaining();
      return null;
    }
    if (open.remove(partition) != null) {
      openBytes -= parts.sizeBytes - bytes.remaining();
    }
    RecordChunk chunk = chunk(message, parts);
    chunk.requireValid();
    return chunk;
  }

  private void requireBounded(Parts parts, int moreBytes) {
    if ((long) parts.sizeBytes + moreBytes > maxJoinedBytes) {
      throw new StreamException(
          ErrorCode.MESSAGE_TOO_LARGE,
          "a batch comes in parts of together more than " + maxJoinedBytes + " bytes");
    }
  }

  private RecordChunk chunk(Records message, Parts parts) {
    return new RecordChunk(
        message.getTopic(),
        message.getTopicId(),
        message.getPartition(),
        parts.firstOffset,
        message.getNextOffset(),
        message.getLeaderEpoch(),
        joined(parts),
        parts.creditRecords,
        decompressionMaxBytes);
  }

  private static ByteBuffer joined(Parts parts) {
    if (parts.bytes.size() == 1) {
      return parts.bytes.get(0);
    }
    ByteBuffer all = ByteBuffer.allocate(parts.sizeBytes);
    parts.bytes.forEach(part -> all.put(part.duplicate()));
    return all.flip();
  }

  /** Bytes of parts whose rest is still to come. */
  long openBytes() {
    return openBytes;
  }

  /** Drops the parts of one partition; how many bytes they were. */
  long drop(TopicPartition partition) {
    Parts parts = open.remove(partition);
    int droppedBytes = parts == null ? 0 : parts.sizeBytes;
    openBytes -= droppedBytes;
    return droppedBytes;
  }

  /** Drops the parts whose rest will not come. */
  void clear() {
    open.clear();
    openBytes = 0;
  }
}
