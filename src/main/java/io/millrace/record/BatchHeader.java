package io.millrace.record;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The fixed header of a record batch, read and written in place. Layout (Kafka's message format v2,
 * KIP-98), big-endian:
 *
 * <pre>
 *  byte  size  field
 *     0     8  base offset               set by the leader; outside the CRC
 *     8     4  batch length              bytes that follow this field
 *    12     4  partition leader epoch    set by the leader; outside the CRC
 *    16     1  magic                     2
 *    17     4  CRC-32C                   of everything from byte 21 to the end
 *    21     2  attributes                bits 0-2 compression, 3 LogAppendTime, 4 transactional,
 *                                        5 control, 6 delete horizon
 *    23     4  last offset delta         records - 1 in a batch that was never compacted
 *    27     8  base timestamp            ms; the deltas inside the records count from it
 *    35     8  max timestamp             ms
 *    43     8  producer id               -1 for none
 *    51     2  producer epoch            -1 for none
 *    53     4  base sequence             -1 for none
 *    57     4  record count
 *    61        records, compressed as a unit if bits 0-2 say so
 * </pre>
 *
 * <p>Every method takes the buffer and the absolute position of a batch's first byte and leaves the
 * buffer's position and limit alone. Buffers are big-endian, as they are made. The plain accessors
 * check nothing: {@link #requireWhole} comes first.
 */
public final class BatchHeader {
  /** Bytes from the start of a batch to its first record; no batch is smaller. */
  public static final int SIZE_BYTES = 61;

  /** Bytes before the part that the batch length counts. */
  public static final int LENGTH_PREFIX_BYTES = 12;

  public static final byte MAGIC = 2;
  public static final long NO_PRODUCER_ID = -1;
  public static final short NO_PRODUCER_EPOCH = -1;
  public static final int NO_SEQUENCE = -1;

  static final int BATCH_LENGTH = 8;
  static final int LEADER_EPOCH = 12;
  static final int MAGIC_AT = 16;
  static final int CRC = 17;
  static final int ATTRIBUTES = 21;
  static final int LAST_OFFSET_DELTA = 23;
  static final int BASE_TIMESTAMP = 27;
  static final int MAX_TIMESTAMP = 35;
  static final int PRODUCER_ID = 43;
  static final int PRODUCER_EPOCH = 51;
  static final int BASE_SEQUENCE = 53;
  static final int RECORD_COUNT = 57;

  static final int COMPRESSION_MASK = 0x07;
  static final int LOG_APPEND_TIME_BIT = 0x08;
  private static final int TRANSACTIONAL_BIT = 0x10;
  private static final int CONTROL_BIT = 0x20;
  static final int DELETE_HORIZON_BIT = 0x40;

  private BatchHeader() {}

  public static long baseOffset(ByteBuffer buffer, int at) {
    return buffer.getLong(at);
  }

  public static long lastOffset(ByteBuffer buffer, int at) {
    return baseOffset(buffer, at) + lastOffsetDelta(buffer, at);
  }

  /** One more than the batch's last offset. */
  public static long nextOffset(ByteBuffer buffer, int at) {
    return lastOffset(buffer, at) + 1;
  }

  /**
   * Bytes of the whole batch as its length field says. Needs the first 12 bytes only. Below {@link
   * #SIZE_BYTES}, negative included, the field is damaged.
   */
  public static int sizeBytes(ByteBuffer buffer, int at) {
    return LENGTH_PREFIX_BYTES + buffer.getInt(at + BATCH_LENGTH);
  }

  public static int leaderEpoch(ByteBuffer buffer, int at) {
    return buffer.getInt(at + LEADER_EPOCH);
  }

  public static byte magic(ByteBuffer buffer, int at) {
    return buffer.get(at + MAGIC_AT);
  }

  /** The stored CRC. */
  public static int crc(ByteBuffer buffer, int at) {
    return buffer.getInt(at + CRC);
  }

  public static short attributes(ByteBuffer buffer, int at) {
    return buffer.getShort(at + ATTRIBUTES);
  }

  /** The compression's id, 0 to 7; ids above 4 mean nothing. */
  public static int compressionId(ByteBuffer buffer, int at) {
    return attributes(buffer, at) & COMPRESSION_MASK;
  }

  /** Whether the max timestamp is the broker's and stands for the timestamp of every record. */
  public static boolean isLogAppendTime(ByteBuffer buffer, int at) {
    return (attributes(buffer, at) & LOG_APPEND_TIME_BIT) != 0;
  }

  public static boolean isTransactional(ByteBuffer buffer, int at) {
    return (attributes(buffer, at) & TRANSACTIONAL_BIT) != 0;
  }

  /** Whether the records are markers for readers and no user's data. */
  public static boolean isControl(ByteBuffer buffer, int at) {
    return (attributes(buffer, at) & CONTROL_BIT) != 0;
  }

  /**
   * Whether the base timestamp is the time from which on compaction may take the batch's tombstones
   * away (KIP-534).
   */
  public static boolean hasDeleteHorizon(ByteBuffer buffer, int at) {
    return (attributes(buffer, at) & DELETE_HORIZON_BIT) != 0;
  }

  public static int lastOffsetDelta(ByteBuffer buffer, int at) {
    return buffer.getInt(at + LAST_OFFSET_DELTA);
  }

  public static long baseTimestampMs(ByteBuffer buffer, int at) {
    return buffer.getLong(at + BASE_TIMESTAMP);
  }

  public static long maxTimestampMs(ByteBuffer buffer, int at) {
    return buffer.getLong(at + MAX_TIMESTAMP);
  }

  public static long producerId(ByteBuffer buffer, int at) {
    return buffer.getLong(at + PRODUCER_ID);
  }

  public static short producerEpoch(ByteBuffer buffer, int at) {
    return buffer.getShort(at + PRODUCER_EPOCH);
  }

  public static int baseSequence(ByteBuffer buffer, int at) {
    return buffer.getInt(at + BASE_SEQUENCE);
  }

  /** The sequence of the last record; sequences go on from {@code Integer.MAX_VALUE} at 0. */
  public static int lastSequence(ByteBuffer buffer, int at) {
    int base = baseSequence(buffer, at);
    return base == NO_SEQUENCE ? base : sequenceAfter(base, lastOffsetDelta(buffer, at));
  }

  public static int recordCount(ByteBuffer buffer, int at) {
    return buffer.getInt(at + RECORD_COUNT);
  }

  /** The sequence {@code increment} places after this one, wrapping to 0 (never negative). */
  public static int sequenceAfter(int sequence, int increment) {
    return (int) (((long) sequence + increment) & Integer.MAX_VALUE);
  }

  /** Gives the batch its place in a log; the CRC does not cover it. */
  public static void setBaseOffset(ByteBuffer buffer, int at, long baseOffset) {
    buffer.putLong(at, baseOffset);
  }

  /** Says under which leader epoch the batch was appended; the CRC does not cover it. */
  public static void setLeaderEpoch(ByteBuffer buffer, int at, int leaderEpoch) {
    buffer.putInt(at + LEADER_EPOCH, leaderEpoch);
  }

  /** Makes {@code timestampMs} the timestamp of every record (LogAppendTime) and sets the CRC. */
  public static void setLogAppendTime(ByteBuffer buffer, int at, long timestampMs) {
    buffer.putShort(
        at + ATTRIBUTES, (short) (buffer.getShort(at + ATTRIBUTES) | LOG_APPEND_TIME_BIT));
    buffer.putLong(at + MAX_TIMESTAMP, timestampMs);
    updateCrc(buffer, at);
  }

  /** Gives a finished batch to a producer, at a place in its sequence, and sets the CRC. */
  public static void setProducer(
      ByteBuffer buffer, int at, long producerId, short producerEpoch, int baseSequence) {
    buffer.putLong(at + PRODUCER_ID, producerId);
    buffer.putShort(at + PRODUCER_EPOCH, producerEpoch);
    buffer.putInt(at + BASE_SEQUENCE, baseSequence);
    updateCrc(buffer, at);
  }

  /** Computes and stores the CRC of a batch that is whole in the buffer. */
  public static void updateCrc(ByteBuffer buffer, int at) {
    buffer.putInt(at + CRC, computeCrc(buffer, at, sizeBytes(buffer, at)));
  }

  /** Whether the stored CRC is that of the bytes; the batch must be whole in the buffer. */
  public static boolean crcMatches(ByteBuffer buffer, int at) {
    return crc(buffer, at) == computeCrc(buffer, at, sizeBytes(buffer, at));
  }

  private static int computeCrc(ByteBuffer buffer, int at, int sizeBytes) {
    CRC32C crc = new CRC32C();
    int from = at + ATTRIBUTES;
    int length = sizeBytes - ATTRIBUTES;
    if (buffer.hasArray()) {
      crc.update(buffer.array(), buffer.arrayOffset() + from, length);
    } else {
      crc.update(buffer.duplicate().limit(from + length).position(from));
    }
    return (int) crc.getValue();
  }

  /**
   * Checks that a whole batch of this format begins here: header, length and magic, not yet the
   * CRC.
   *
   * @throws StreamException CORRUPT_MESSAGE with what was found and expected
   */
  public static void requireWhole(ByteBuffer buffer, int at) {
    int available = buffer.limit() - at;
    if (available < SIZE_BYTES) {
      throw corrupt(
          "a record batch has " + available + " bytes, at least " + SIZE_BYTES + " are expected");
    }
    byte magic = magic(buffer, at);
    if (magic != MAGIC) {
      throw corrupt(
          "a record batch has magic " + magic + ", only " + MAGIC + " (Kafka 0.11 on) is accepted");
    }
    int size = sizeBytes(buffer, at);
    if (size < SIZE_BYTES || size > available) {
      throw corrupt(
          "a record batch says that it has "
              + size
              + " bytes, expected "
              + SIZE_BYTES
              + " to "
              + available);
    }
  }

  /**
   * Checks that a whole, undamaged batch of this format begins here.
   *
   * @throws StreamException CORRUPT_MESSAGE with what was found and expected
   */
  public static void requireValid(ByteBuffer buffer, int at) {
    requireWhole(buffer, at);
    if (!crcMatches(buffer, at)) {
      throw corrupt(
          String.format(
              "the CRC-32C of a record batch is %08x, its bytes give %08x: it was damaged on its"
                  + " way",
              crc(buffer, at), computeCrc(buffer, at, sizeBytes(buffer, at))));
    }
  }

  private static StreamException corrupt(String message) {
    return new StreamException(ErrorCode.CORRUPT_MESSAGE, message);
  }
}
