package io.millrace.protocol.kafka;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.Readable;
import org.apache.kafka.common.utils.ByteUtils;

/**
 * The fields of a request, read where they lie. Lengths are checked against the bytes that remain
 * before anything is allocated for them, and the fields are counted.
 */
final class RequestReader implements Readable {
  private final ByteBuffer buffer;
  private final int maxFields;
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

  /** A view whose position and limit are those of the field within the frame. */
  @Override
  public ByteBuffer readByteBuffer(int length) {
    int start = next().position();
    int end = start + checked(length);
    ByteBuffer view = buffer.duplicate().limit(end);
    buffer.position(end);
    return view;
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
