package io.millrace.record;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of one batch, one after the other, without copying them and without making an
 * object per record unless {@link #record()} is asked for one. The batch's own header must have
 * been checked ({@link BatchHeader#requireValid}); what its records say of themselves is believed
 * nowhere: a lie ends the reading with CORRUPT_MESSAGE. A record's layout (KIP-98), numbers as
 * {@link Varints}:
 *
 * <pre>
 *   length | attributes (1 byte) | timestamp delta | offset delta
 *   key length, -1 for null | key | value length, -1 for null | value
 *   header count | { key length | key (UTF-8) | value length, -1 for null | value } ...
 * </pre>
 *
 * <p>Threading: one thread at a time. Close it: decompressors hold native memory.
 */
public final class RecordReader implements AutoCloseable {
  private final RecordSource source;
  private final long baseOffset;
  private final int lastOffsetDelta;
  private final long baseTimestampMs;
  private final long logAppendTimeMs;
  private final boolean logAppendTime;
  private final int count;

  private ByteBuffer data;
  private int at;
  private int end;
  private int index;
  private int offsetDelta = -1;
  private long timestampMs;
  private int bodyAt;
  private int afterTimestampAt;
  private int keyAt;
  private int keySize;
  private int valueAt;
  private int valueSize;
  private int headersAt;
  private int headerCount;

  private RecordReader(ByteBuffer buffer, int at, RecordSource source) {
    this.source = source;
    this.data = source.chunk();
    this.baseOffset = BatchHeader.baseOffset(buffer, at);
    this.lastOffsetDelta = BatchHeader.lastOffsetDelta(buffer, at);
    this.baseTimestampMs = BatchHeader.baseTimestampMs(buffer, at);
    this.logAppendTimeMs = BatchHeader.maxTimestampMs(buffer, at);
    this.logAppendTime = BatchHeader.isLogAppendTime(buffer, at);
    this.count = BatchHeader.recordCount(buffer, at);
    if (count < 0) {
      throw corrupt("a batch says that it has " + count + " records");
    }
  }

  /**
   * Begins at the first record of the batch at position {@code at}. The buffer's bytes must not
   * change while the reader or any view from it is in use.
   *
   * @param decompressionBudgetBytes the reading ends with MESSAGE_TOO_LARGE when the records of a
   *     compressed batch turn out to be more bytes than this
   * @throws StreamException CORRUPT_MESSAGE or UNSUPPORTED_COMPRESSION_TYPE
   */
  public static RecordReader of(ByteBuffer buffer, int at, long decompressionBudgetBytes) {
    BatchHeader.requireWhole(buffer, at);
    int from = at + BatchHeader.SIZE_BYTES;
    int limit = at + BatchHeader.sizeBytes(buffer, at);
    CompressionType type = CompressionType.ofId(BatchHeader.compressionId(buffer, at));
    if (type == CompressionType.NONE) {
      RecordReader reader = new RecordReader(buffer, at, RecordSource.plain(buffer, limit));
      reader.end = from;
      return reader;
    }
    ByteBuffer compressed = buffer.slice(from, limit - from);
    return new RecordReader(
        buffer, at, RecordSource.compressed(type, compressed, decompressionBudgetBytes));
  }

  /**
   * Moves to the next record.
   *
   * @return false after the last one
   * @throws StreamException CORRUPT_MESSAGE if the record contradicts itself or its batch, or if
   *     bytes follow the last one; MESSAGE_TOO_LARGE beyond the budget
   */
  public boolean advance() {
    if (index == count) {
      at = source.require(end, 1);
      end = at;
      if (source.limit() > at) {
        throw corrupt("bytes follow the last of the " + count + " records of a batch");
      }
      return false;
    }
    index++;
    readFrame();
    readRecord();
    return true;
  }

  private void readFrame() {
    at = source.require(end, Varints.MAX_INT_BYTES);
    data = source.chunk();
    end = source.limit();
    int size = readInt();
    int from = source.require(at, Math.max(size, 0));
    data = source.chunk();
    int available = source.limit() - from;
    if (size < 0 || size > available) {
      throw corrupt(
          "record "
              + index
              + " of "
              + count
              + " says "
              + size
              + " bytes, "
              + available
              + " remain");
    }
    at = from;
    end = from + size;
  }

  private void readRecord() {
    requireInRecord(1);
    bodyAt = at;
    at++; // The attributes of a record have no meaning yet.
    timestampMs = baseTimestampMs + readLong();
    afterTimestampAt = at;
    int delta = readInt();
    if (delta <= offsetDelta || delta > lastOffsetDelta) {
      throw corrupt(
          "record "
              + index
              + " has offset delta "
              + delta
              + ", expected "
              + (offsetDelta + 1)
              + " to "
              + lastOffsetDelta);
    }
    offsetDelta = delta;
    keySize = readSize();
    keyAt = at;
    at += Math.max(keySize, 0);
    valueSize = readSize();
    valueAt = at;
    at += Math.max(valueSize, 0);
    headerCount = readInt();
    headersAt = at;
    if (headerCount < 0) {
      throw corrupt("record " + index + " says that it has " + headerCount + " headers");
    }
    for (int i = 0; i < headerCount; i++) {
      skipHeader();
    }
    if (at != end) {
      throw corrupt("record " + index + " ends " + (end - at) + " bytes before its length says");
    }
  }

  private void skipHeader() {
    int size = readSize();
    if (size < 0) {
      throw corrupt("a header of record " + index + " has no key");
    }
    at += size;
    int bytes = readSize();
    at += Math.max(bytes, 0);
  }

  public long offset() {
    return baseOffset + offsetDelta;
  }

  /** The producer's time, or the broker's if the batch was stamped with LogAppendTime. */
  public long timestampMs() {
    return logAppendTime ? logAppendTimeMs : timestampMs;
  }

  /** Bytes of the key, -1 for none. */
  public int keySizeBytes() {
    return keySize;
  }

  /** Bytes of the value, -1 for none. */
  public int valueSizeBytes() {
    return valueSize;
  }

  /** A view of the key; null if the record has none. */
  public @Nullable ByteBuffer key() {
    return keySize < 0 ? null : data.slice(keyAt, keySize);
  }

  /** A view of the value; null if the record has none. */
  public @Nullable ByteBuffer value() {
    return valueSize < 0 ? null : data.slice(valueAt, valueSize);
  }

  /** The headers, values as views. */
  public List<RecordHeader> headers() {
    if (headerCount == 0) {
      return List.of();
    }
    int resumeAt = at;
    at = headersAt;
    List<RecordHeader> headers = new ArrayList<>(headerCount);
    for (int i = 0; i < headerCount; i++) {
      int size = readSize();
      byte[] key = new byte[size];
      data.get(at, key);
      at += size;
      int bytes = readSize();
      ByteBuffer value = bytes < 0 ? null : data.slice(at, bytes);
      at += Math.max(bytes, 0);
      headers.add(new RecordHeader(new String(key, StandardCharsets.UTF_8), value));
    }
    at = resumeAt;
    return headers;
  }

  /** A view of the record as it is stored, without the length before it. */
  ByteBuffer body() {
    return data.slice(bodyAt, end - bodyAt);
  }

  /** The part of {@link #body()} that follows the timestamp's delta. */
  ByteBuffer bodyAfterTimestamp() {
    return data.slice(afterTimestampAt, end - afterTimestampAt);
  }

  /** The producer's time, whatever the batch was stamped with. */
  long producerTimestampMs() {
    return timestampMs;
  }

  /** The record as an object, its key and values as views. */
  public LogRecord record() {
    return new LogRecord(offset(), timestampMs(), key(), value(), headers());
  }

  /** A length that is -1 or fits into the rest of the record. */
  private int readSize() {
    int size = readInt();
    if (size < -1 || size > end - at) {
      throw corrupt(
          "a field of record " + index + " says " + size + " bytes, " + (end - at) + " remain");
    }
    return size;
  }

  private int readInt() {
    long value = readUnsigned(Varints.MAX_INT_BYTES);
    int bits = (int) value;
    return (bits >>> 1) ^ -(bits & 1);
  }

  private long readLong() {
    long bits = readUnsigned(Varints.MAX_LONG_BYTES);
    return (bits >>> 1) ^ -(bits & 1);
  }

  private long readUnsigned(int maxBytes) {
    long value = 0;
    for (int i = 0; i < maxBytes; i++) {
      requireInRecord(1);
      byte next = data.get(at++);
      value |= (long) (next & 0x7f) << (7 * i);
      if (next >= 0) {
        return value;
      }
    }
    throw corrupt("record " + index + " holds a number of more than " + maxBytes + " bytes");
  }

  private void requireInRecord(int bytes) {
    if (end - at < bytes) {
      throw corrupt("record " + index + " of " + count + " ends in the middle of a field");
    }
  }

  private static StreamException corrupt(String message) {
    return new StreamException(ErrorCode.CORRUPT_MESSAGE, message);
  }

  @Override
  public void close() {
    source.close();
  }
}
