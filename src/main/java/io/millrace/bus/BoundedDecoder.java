package io.millrace.bus;

import io.netty.buffer.ByteBuf;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.avro.io.Decoder;
import org.apache.avro.util.Utf8;

/**
 * Reads Avro's binary form from a buffer that is whole. Unlike Avro's own decoder it checks every
 * length and count against the bytes that remain before it makes anything of that size: each item
 * takes a byte at least, so no frame can ask for more memory than a small multiple of its size.
 *
 * <p>Threading: one thread.
 */
final class BoundedDecoder extends Decoder {
  private final ByteBuf in;

  BoundedDecoder(ByteBuf in) {
    this.in = in;
  }

  private void require(long count) throws IOException {
    if (count < 0 || count > in.readableBytes()) {
      throw new EOFException(
          "a length or count of " + count + " where " + in.readableBytes() + " bytes remain");
    }
  }

  @Override
  public void readNull() {}

  @Override
  public boolean readBoolean() throws IOException {
    require(1);
    return in.readByte() == 1;
  }

  @Override
  public int readInt() throws IOException {
    long value = readLong();
    if (value != (int) value) {
      throw new IOException(value + " is no 32-bit number");
    }
    return (int) value;
  }

  @Override
  public long readLong() throws IOException {
    long zigzag = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      require(1);
      int next = in.readByte();
      zigzag |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return (zigzag >>> 1) ^ -(zigzag & 1);
      }
    }
    throw new IOException("a number of more than ten bytes");
  }

  @Override
  public float readFloat() throws IOException {
    require(Float.BYTES);
    return in.readFloatLE();
  }

  @Override
  public double readDouble() throws IOException {
    require(Double.BYTES);
    return in.readDoubleLE();
  }

  private int readLength() throws IOException {
    long length = readLong();
    require(length);
    return (int) length;
  }

  @Override
  public Utf8 readString(Utf8 old) throws IOException {
    return new Utf8(readString());
  }

  @Override
  public String readString() throws IOException {
    return in.readCharSequence(readLength(), StandardCharsets.UTF_8).toString();
  }

  @Override
  public void skipString() throws IOException {
    in.skipBytes(readLength());
  }

  @Override
  public ByteBuffer readBytes(ByteBuffer old) throws IOException {
    byte[] bytes = new byte[readLength()];
    in.readBytes(bytes);
    return ByteBuffer.wrap(bytes);
  }

  @Override
  public void skipBytes() throws IOException {
    in.skipBytes(readLength());
  }

  @Override
  public void readFixed(byte[] bytes, int start, int length) throws IOException {
    require(length);
    in.readBytes(bytes, start, length);
  }

  @Override
  public void skipFixed(int length) throws IOException {
    require(length);
    in.skipBytes(length);
  }

  @Override
  public int readEnum() throws IOException {
    return readInt();
  }

  @Override
  public long readArrayStart() throws IOException {
    long count = readLong();
    if (count < 0) {
      // A block that gives its size in bytes too.
      count = -count;
      require(readLong());
    }
    require(count);
    return count;
  }

  @Override
  public long arrayNext() throws IOException {
    return readArrayStart();
  }

  @Override
  public long skipArray() throws IOException {
    long count = readLong();
    if (count < 0) {
      skipFixed(readLength());
      return 0;
    }
    require(count);
    return count;
  }

  @Override
  public long readMapStart() throws IOException {
    return readArrayStart();
  }

  @Override
  public long mapNext() throws IOException {
    return readArrayStart();
  }

  @Override
  public long skipMap() throws IOException {
    return skipArray();
  }

  @Override
  public int readIndex() throws IOException {
    return readInt();
  }
}
