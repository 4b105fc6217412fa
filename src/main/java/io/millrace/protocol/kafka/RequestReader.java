package io.millrace.protocol.kafka;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Readable;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.utils.ByteUtils;

/**
 * The fields of a request, read where they lie. Lengths are checked against the bytes that remain
 * before anything is allocated for them, and the fields are counted.
 */
final class RequestReader implements Readable {
  private final ByteBuffer buffer;
  private final int maxFields;
  private List<RecordRange> records = List.of();
  private int fields;

  /** Reads from the buffer's position to its limit; leaves the buffer as it is. */
  RequestReader(ByteBuffer buffer, int maxFields) {
    this.buffer = buffer.duplicate();
    this.maxFields = maxFields;
  }

  private ByteBuffer next() {
    if (++fields > maxFields) {
      throw new StreamException(
          ErrorCode.INVALID_REQUEST,
          "more than " + maxFields + " fields in one request (kafka.request.max.fields)");
    }
    return buffer;
  }

  private int checked(int length) {
    if (length < 0 || length > buffer.remaining()) {
      throw new StreamException(
          ErrorCode.INVALID_REQUEST,
          "a field of " + length + " bytes where " + buffer.remaining() + " remain");
    }
    return length;
  }

  @Override
  public byte readByte() {
    return next().get();
  }

  @Override
  public short readShort() {
    return next().getShort();
  }

  @Override
  public int readInt() {
    return next().getInt();
  }

  @Override
  public long readLong() {
    return next().getLong();
  }

  @Override
  public double readDouble() {
    return next().getDouble();
  }

  @Override
  public byte[] readArray(int length) {
    byte[] bytes = new byte[checked(length)];
    next().get(bytes);
    return bytes;
  }

  @Override
  public int readUnsignedVarint() {
    return ByteUtils.readUnsignedVarint(next());
  }

  @Override
  public ByteBuffer readByteBuffer(int length) {
    int start = next().position();
    ByteBuffer view = buffer.slice(start, checked(length));
    buffer.position(start + length);
    return view;
  }

  @Override
  public MemoryRecords readRecords(int length) {
    if (length < 0) {
      return MemoryRecords.EMPTY;
    }
    if (records.isEmpty()) {
      records = new ArrayList<>(1);
    }
    records.add(new RecordRange(buffer.position(), length));
    return MemoryRecords.readableRecords(readByteBuffer(length));
  }

  /** Where the records lie that were read, in the order in which they were. */
  List<RecordRange> records() {
    return records;
  }

  @Override
  public int readVarint() {
    return ByteUtils.readVarint(next());
  }

  @Override
  public long readVarlong() {
    return ByteUtils.readVarlong(next());
  }

  @Override
  public int remaining() {
    return buffer.remaining();
  }

  @Override
  public Readable slice() {
    return new RequestReader(buffer.slice(), maxFields - fields);
  }
}
