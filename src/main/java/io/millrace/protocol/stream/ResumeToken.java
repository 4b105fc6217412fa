package io.millrace.protocol.stream;

import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.model.TopicId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * Where a reader stands in every partition that it reads, as text that fits into a URL. Any node of
 * the same cluster continues from it. Its offsets are Kafka's: the next one to read.
 *
 * <pre>
 *   URL-safe base64 without padding of:
 *   version (1 byte, 1) | cluster id (1 byte length, ASCII) | topic count (varint)
 *     { topic id (16 bytes) | partition count (varint)
 *       { partition (varint) | next offset (varint) | leader epoch + 1 (varint) } ... } ...
 *   CRC-32C of all that (4 bytes, big-endian)
 * </pre>
 *
 * <p>Varints are unsigned, 7 bits a byte, the lowest first. The CRC finds damage, not forgery: a
 * token opens nothing that its holder could not ask for by offsets.
 *
 * <p>Threading: immutable.
 *
 * @param clusterId of the cluster whose offsets these are
 * @param positions at most one per partition, ordered by topic id and partition
 */
public record ResumeToken(String clusterId, List<Position> positions) {
  private static final byte VERSION = 1;
  private static final int CRC_BYTES = 4;
  private static final int TOPIC_ID_BYTES = 16;
  private static final int MAX_VARINT_BYTES = 10;
  private static final int MAX_CLUSTER_ID_BYTES = 255;

  /** No token is longer, in characters: some 100,000 partitions. */
  public static final int MAX_LENGTH = 1 << 21;

  /**
   * A place in one partition.
   *
   * @param nextOffset the next offset to read, 0 or larger
   * @param leaderEpoch of the leader that served the record before it, -1 if unknown
   */
  public record Position(PartitionId partition, long nextOffset, int leaderEpoch) {
    public Position {
      if (nextOffset < 0 || leaderEpoch < -1 || partition.partition() < 0) {
        throw damaged("it holds partition " + partition + " at offset " + nextOffset);
      }
    }
  }

  public ResumeToken {
    List<Position> sorted = new ArrayList<>(positions);
    sorted.sort(
        Comparator.comparing((Position position) -> position.partition().topicId().toString())
            .thenComparingInt(position -> position.partition().partition()));
    positions = List.copyOf(sorted);
    if (!StandardCharsets.US_ASCII.newEncoder().canEncode(clusterId)
        || clusterId.length() > MAX_CLUSTER_ID_BYTES) {
      throw new IllegalArgumentException("a cluster id of " + clusterId.length() + " characters");
    }
    Set<PartitionId> seen = new HashSet<>();
    for (Position position : positions) {
      if (!seen.add(position.partition())) {
        throw damaged("it names partition " + position.partition() + " twice");
      }
    }
  }

  /** The offsets by partition, as Kafka's tools know them. */
  public Map<PartitionId, Long> offsets() {
    Map<PartitionId, Long> offsets = new java.util.LinkedHashMap<>();
    positions.forEach(position -> offsets.put(position.partition(), position.nextOffset()));
    return offsets;
  }

  /** A token from offsets whose leader epochs are not known. */
  public static ResumeToken ofOffsets(String clusterId, Map<PartitionId, Long> offsets) {
    List<Position> positions = new ArrayList<>();
    offsets.forEach((partition, offset) -> positions.add(new Position(partition, offset, -1)));
    return new ResumeToken(clusterId, positions);
  }

  /** The token as text. */
  public String toText() {
    Map<String, List<Position>> byTopic = new TreeMap<>();
    for (Position position : positions) {
      String topic = position.partition().topicId().toString();
      byTopic.computeIfAbsent(topic, missing -> new ArrayList<>()).add(position);
    }
    ByteBuffer bytes = ByteBuffer.allocate(sizeBoundBytes(byTopic.size()));
    bytes.put(VERSION).put((byte) clusterId.length());
    bytes.put(clusterId.getBytes(StandardCharsets.US_ASCII));
    writeVarint(bytes, byTopic.size());
    for (List<Position> ofTopic : byTopic.values()) {
      TopicId id = ofTopic.get(0).partition().topicId();
      bytes.putLong(id.mostSignificantBits()).putLong(id.leastSignificantBits());
      writeVarint(bytes, ofTopic.size());
      for (Position position : ofTopic) {
        writeVarint(bytes, position.partition().partition());
        writeVarint(bytes, position.nextOffset());
        writeVarint(bytes, position.leaderEpoch() + 1L);
      }
    }
    bytes.putInt(crc(bytes.array(), bytes.position()));
    ByteBuffer written = bytes.flip();
    return StandardCharsets.US_ASCII
        .decode(Base64.getUrlEncoder().withoutPadding().encode(written))
        .toString();
  }

  private int sizeBoundBytes(int topics) {
    return 2
        + MAX_CLUSTER_ID_BYTES
        + MAX_VARINT_BYTES
        + topics * (TOPIC_ID_BYTES + MAX_VARINT_BYTES)
        + positions.size() * 3 * MAX_VARINT_BYTES
        + CRC_BYTES;
  }

  /**
   * Reads a token.
   *
   * @throws StreamException INVALID_RESUME_TOKEN if it is damaged or of a later version
   */
  public static ResumeToken parse(String text) {
    if (text.length() > MAX_LENGTH) {
      throw damaged("it has " + text.length() + " characters");
    }
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw damaged("it is not URL-safe base64");
    }
    if (bytes.length < 3 + CRC_BYTES) {
      throw damaged("it has only " + bytes.length + " bytes");
    }
    if (bytes[0] != VERSION) {
      throw damaged("its version is " + bytes[0] + ", this server reads " + VERSION);
    }
    int size = bytes.length - CRC_BYTES;
    if (crc(bytes, size) != ByteBuffer.wrap(bytes).getInt(size)) {
      throw damaged("its checksum is wrong; it was cut off or changed");
    }
    return readBody(ByteBuffer.wrap(bytes, 1, size - 1));
  }

  private static ResumeToken readBody(ByteBuffer bytes) {
    byte[] cluster = new byte[bounded(bytes.get() & 0xFF, bytes, 1)];
    bytes.get(cluster);
    for (byte character : cluster) {
      if (character < 0) {
        throw damaged("its cluster id is not ASCII");
      }
    }
    List<Position> positions = new ArrayList<>();
    int topics = bounded(readVarint(bytes), bytes, TOPIC_ID_BYTES + 1);
    for (int topic = 0; topic < topics; topic++) {
      bounded(1, bytes, TOPIC_ID_BYTES);
      TopicId id = new TopicId(bytes.getLong(), bytes.getLong());
      int partitions = bounded(readVarint(bytes), bytes, 3);
      for (int i = 0; i < partitions; i++) {
        PartitionId partition = new PartitionId(id, readInt(bytes));
        positions.add(new Position(partition, readVarint(bytes), readInt(bytes) - 1));
      }
    }
    if (bytes.hasRemaining()) {
      throw damaged(bytes.remaining() + " bytes follow its end");
    }
    return new ResumeToken(new String(cluster, StandardCharsets.US_ASCII), positions);
  }

  /** A count that the bytes which remain can hold, before anything of its size is made. */
  private static int bounded(long count, ByteBuffer bytes, int itemBytes) {
    if (count < 0 || count > bytes.remaining() / itemBytes) {
      throw damaged("it says " + count + " entries and has " + bytes.remaining() + " bytes left");
    }
    return (int) count;
  }

  private static int readInt(ByteBuffer bytes) {
    long value = readVarint(bytes);
    if (value != (int) value) {
      throw damaged("it holds " + value + " where a 32-bit number belongs");
    }
    return (int) value;
  }

  private static long readVarint(ByteBuffer bytes) {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      if (!bytes.hasRemaining()) {
        throw damaged("it ends in the middle of a number");
      }
      byte next = bytes.get();
      value |= (next & 0x7FL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw damaged("it holds a number of more than 10 bytes");
  }

  private static void writeVarint(ByteBuffer bytes, long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      bytes.put((byte) ((rest & 0x7F) | 0x80));
      rest >>>= 7;
    }
    bytes.put((byte) rest);
  }

  private static int crc(byte[] bytes, int size) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, size);
    return (int) crc.getValue();
  }

  private static StreamException damaged(String what) {
    return new StreamException(
        ErrorCode.INVALID_RESUME_TOKEN,
        "the resume token cannot be read: "
            + what
            + "; subscribe from earliest, latest or offsets");
  }
}
